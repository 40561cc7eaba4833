import { expect, test } from "vitest";
import { splitScript } from "../../../src/connections/sqlite/sql-script.js";

test("statements end at semicolons and know their lines", () => {
  const script =
    "-- first;\nCREATE TABLE a (x);\n\n/* ; */ INSERT INTO a VALUES (';'),\n  (\"b;\");\nSELECT [;]";
  expect(splitScript(script)).toEqual([
    { text: "CREATE TABLE a (x)", line: 2 },
    { text: "INSERT INTO a VALUES (';'),\n  (\"b;\")", line: 4 },
    { text: "SELECT [;]", line: 6 },
  ]);
});

test("the body of a trigger stays in one piece", () => {
  const trigger =
    "CREATE TEMP TRIGGER t AFTER INSERT ON a BEGIN UPDATE a SET x = CASE WHEN 1 THEN 2 ELSE 3 END; DELETE FROM b; END";
  expect(splitScript(`${trigger};\nSELECT 1;`).map(({ text }) => text)).toEqual([trigger, "SELECT 1"]);
});

test.each(["", ";;", "-- nothing", "/* open"])("%j holds no statement", (script) => {
  expect(splitScript(script)).toEqual([]);
});
