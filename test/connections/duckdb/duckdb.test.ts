import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Source } from "../../../src/contracts/source.js";
import type { JsonObject, JsonValue } from "../../../src/expression/value.js";
import { nodeHost } from "../../../src/host/node-host.js";
import { openDuckdbSource } from "../../../src/sources/database/duckdb-dialect.js";
import { callContext, callSource, watchCall } from "../../conformance/call-source.js";
import { errorOf } from "../../conformance/source-conformance.js";
import { checkDatabase, problemsOf } from "../../sources/database/database-fixture.js";
import { describeDuckdb, importDuckdb } from "../duckdb-package.js";

const source = "connection_string: duckdb://\n";
const people = "id,name,balance,born\n1,Ada,12.5,1815-12-10\n2,Grace,0,1906-12-09\n3,Linus,,1969-12-28\n";
const forms: readonly (readonly [string, JsonValue])[] = [
  ["5::BIGINT", 5],
  ["9007199254740993::BIGINT", "9007199254740993"],
  ["9.5::DECIMAL(10, 2)", "9.50"],
  ["'nan'::DOUBLE", null],
  ["0.5::FLOAT", 0.5],
  ["true", true],
  ["'text'", "text"],
  ["'\\xFF\\x00'::BLOB", "/wA="],
  ["DATE '2026-01-31'", "2026-01-31"],
  ["TIME '10:20:30'", "10:20:30"],
  ["TIMESTAMP '2026-01-31 10:20:30.5'", "2026-01-31T10:20:30.5Z"],
  ["TIMESTAMPTZ '2026-01-31 10:20:30+02'", "2026-01-31T08:20:30Z"],
  ["INTERVAL '14 months 3 days 4 hours'", "P1Y2M3DT4H"],
  ["'{\"a\":[1,null]}'::JSON", { a: [1, null] }],
  ["[1, NULL, 3]", [1, null, 3]],
  ["{'a': 1, 'b': DATE '2026-01-31'}", { a: 1, b: "2026-01-31" }],
  ["'a'::ENUM ('a', 'b')", "a"],
  ["'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::UUID", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"],
  ["NULL", null],
];
const operations = `
person: { query: "SELECT id, name FROM 'people.csv' WHERE id = :id", params: { id: { type: integer } }, returns: one }
people: { query: "SELECT name FROM 'people.csv' WHERE name = :name OR :name IS NULL ORDER BY id", params: { name: { type: string, required: false } } }
with_ids: { query: "SELECT id FROM 'people.csv' WHERE id IN (:ids) ORDER BY id", params: { ids: { type: integer } } }
without_ids: { query: "SELECT id FROM 'people.csv' WHERE id NOT IN (:ids) ORDER BY id", params: { ids: { type: integer } } }
born_after: { query: "SELECT id FROM 'people.csv' WHERE born > :day ORDER BY id", params: { day: { type: date } } }
total: { query: "SELECT sum(balance) FROM read_csv('people.csv')", returns: value }
two_at_most: { query: "SELECT id FROM 'people.csv'", max_rows: 2 }
slow: { query: "SELECT count(*) FROM range(1000000000000) t", returns: value }
broken: { query: "SELECT nmae FROM 'people.csv'" }
${forms.map(([sql], index) => `form_${index}: { query: ${JSON.stringify(`SELECT ${sql} AS v`)}, returns: value }`).join("\n")}
`;

test("a write is an error of `check`", () => {
  const problems = problemsOf('query: "CREATE TABLE t (a INTEGER)"', source);
  expect(problems.map(({ message }) => message)).toEqual([
    "CREATE is no read, and a source of this kind only reads.",
  ]);
});

describeDuckdb("DuckDB", () => {
  const folder = mkdtempSync(join(tmpdir(), "duckdb-"));
  const checked = checkDatabase({ source, operations }, folder);
  let opened: Source;
  beforeAll(async () => {
    expect(checked.report.sorted()).toEqual([]);
    writeFileSync(join(folder, "people.csv"), people);
    const opening = { name: "default", settings: checked.settings!, host: nodeHost(), projectFolder: folder };
    opened = (await openDuckdbSource(
      { ...opening, isMocked: false, log: () => undefined },
      importDuckdb,
    )) as Source;
  });
  afterAll(async () => {
    await opened.close();
    rmSync(folder, { recursive: true });
  });
  const call = (name: string, parameters: JsonObject = {}) => ({
    call: checked.calls.get(name)!,
    parameters,
  });
  const run = async (name: string, parameters?: JsonObject) =>
    (await callSource(opened, call(name, parameters))).value;

  test("files of the project are tables", async () => {
    expect(await run("person", { id: 1 })).toEqual({ id: 1, name: "Ada" });
    expect(await run("person", { id: 9 })).toBeNull();
    expect(await run("total")).toBe(12.5);
  });

  test("parameters bind as in every dialect", async () => {
    expect(await run("people", { name: "'; DROP TABLE x; --" })).toEqual([]);
    expect(await run("people")).toHaveLength(3);
    expect(await run("with_ids", { ids: [3, 1, 99] })).toEqual([{ id: 1 }, { id: 3 }]);
    expect(await run("with_ids", { ids: [] })).toEqual([]);
    expect(await run("without_ids", { ids: [] })).toHaveLength(3);
    expect(await run("born_after", { day: "1900-01-01" })).toEqual([{ id: 2 }, { id: 3 }]);
  });

  test.each(forms.map(([sql, json], index) => [sql, json, index] as const))("%s", async (_, json, index) => {
    expect(await run(`form_${index}`)).toEqual(json);
  });

  test("failures have their codes", async () => {
    expect((await errorOf(run("two_at_most"))).code).toBe("TOO_MANY_ROWS");
    expect((await errorOf(run("broken"))).code).toBe("QUERY_FAILED");
  });

  test("a query that is given up ends, and its connection is used again", async () => {
    const slow = [1, 2].map(() => watchCall(opened, call("slow"), callContext()));
    await new Promise((resolve) => setTimeout(resolve, 200));
    for (const each of slow) each.cancel();
    expect(await run("total")).toBe(12.5);
    expect(slow.flatMap(({ told }) => told)).toEqual([]);
  });

  test("queries are looked at and not run", async () => {
    const described = await (opened as Required<Source>).describe(
      ["person", "broken"].map((name) => checked.calls.get(name)!),
    );
    expect(described[0]!.shape).toMatchObject({ properties: { id: {}, name: { type: ["string", "null"] } } });
    expect(described[1]!.problems).toMatchObject([{ code: "QUERY_REFUSED", location: { line: 10 } }]);
  });
});
