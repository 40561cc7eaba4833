import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { JsonObject } from "../../../src/expression/value.js";
import { errorOf, expectNoSecret } from "../../conformance/source-conformance.js";
import { openDatabase, type OpenedDatabase } from "./database-fixture.js";

const schema = `
CREATE TABLE kinds (id INTEGER PRIMARY KEY, is_on BOOLEAN, price DECIMAL(10,2), at DATETIME, doc JSON, bytes BLOB, ratio REAL, plain);
INSERT INTO kinds VALUES (1, 1, 9.5, '2026-01-31 10:00:00', '{"a":[1]}', x'00ff', 9e999, NULL);
CREATE TABLE strict_numbers (id INTEGER PRIMARY KEY, n INTEGER NOT NULL) STRICT;
CREATE TABLE codes (code TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE parents (id INTEGER PRIMARY KEY);
CREATE TABLE children (id INTEGER PRIMARY KEY, parent_id INTEGER REFERENCES parents (id));
CREATE TRIGGER no_seven BEFORE INSERT ON strict_numbers WHEN new.n = 7 BEGIN SELECT raise(ABORT, 'no seven'); END;
`;

const operations = `
all_kinds: { query: "SELECT * FROM kinds", returns: one }
stored: { query: "SELECT typeof(:v) AS type, :v AS value", returns: one }
stored_number: { query: "SELECT typeof(:v) AS type, 5 / :v AS value", params: { v: { type: number } }, returns: one }
big: { query: "SELECT :v AS value, typeof(:v) AS type", params: { v: { type: integer } }, returns: one }
in_big: { query: "SELECT 9007199254740993 IN (:list)", params: { list: { type: integer } }, returns: value }
twice_named: { query: "SELECT 1 AS a, 2 AS a" }
add_strict: { query: "INSERT INTO strict_numbers (n) VALUES (:n)" }
add_strict_returning: { query: "INSERT INTO strict_numbers (n) VALUES (:n), (:n + 1) RETURNING id", returns: one }
count_strict: { query: SELECT count(*) FROM strict_numbers, returns: value }
add_code: { query: "INSERT INTO codes VALUES (:code)" }
add_child: { query: "INSERT INTO children (parent_id) VALUES (:parent)" }
update_none: { query: UPDATE strict_numbers SET n = 1 WHERE id < 0 }
create_table: { query: "CREATE TABLE made (a)" }
add_big_id: { query: "INSERT INTO parents VALUES (9007199254740993)" }
pragma_as_read: { query: PRAGMA table_info(codes), effect: read }
pragma_writes: { query: PRAGMA user_version = 5, effect: read, returns: none }
vacuum_as_read: { query: VACUUM, effect: read }
temporary_as_read: { query: "ANALYZE", effect: read }
list_elsewhere: { query: "SELECT :list AS value", params: { list: { type: json } }, returns: value }
list_of_any: { query: "SELECT id FROM kinds WHERE id IN (:ids) AND :ids IS NOT NULL" }
in_texts: { query: "SELECT 'b' IN (:texts)", returns: value }
not_in_texts: { query: "SELECT 'b' NOT IN (:texts)", returns: value }
many_rows: { query: "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n" }
value_of_many: { query: "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n", returns: value }
fails_while_reading: { query: "SELECT json_extract(value, '$.a') FROM json_each(:list)", params: { list: { type: json } } }
broken: { query: SELECT secret_column FROM secret_table }
alter: { query: ALTER TABLE codes ADD COLUMN note TEXT }
all_codes: { query: SELECT * FROM codes }
`;

describe("answers of SQLite", () => {
  let database: OpenedDatabase;
  beforeAll(async () => {
    database = await openDatabase({
      source: "connection_string: sqlite:///data/local.db\ninit_sql: schema.sql\n",
      operations,
      files: { "schema.sql": schema },
    });
  });
  afterAll(() => database.close());

  const run = (operation: string, parameters?: JsonObject) => database.run(operation, parameters);
  const codeOf = async (operation: string, parameters?: JsonObject) =>
    (await errorOf(run(operation, parameters))).code;

  test("declared types decide the JSON form", async () => {
    expect(await run("all_kinds")).toEqual({
      id: 1,
      is_on: true,
      price: "9.50",
      at: "2026-01-31T10:00:00Z",
      doc: { a: [1] },
      bytes: "AP8=",
      ratio: null,
      plain: null,
    });
  });

  test.each([
    [5, "integer"],
    [5.5, "real"],
    ["5", "text"],
    [true, "integer"],
  ])("an undeclared %j is stored as %s", async (v, type) => {
    expect(await run("stored", { v })).toMatchObject({ type });
  });

  test("a declared number is never an integer, so it divides as one", async () => {
    expect(await run("stored_number", { v: 2 })).toEqual({ type: "real", value: 2.5 });
  });

  test.each(["9007199254740993", "-9223372036854775808", "9223372036854775807"])(
    "the integer %s goes in and out whole",
    async (v) => {
      expect(await run("big", { v })).toEqual({ value: v, type: "integer" });
    },
  );

  test("lists hold integers whole", async () => {
    expect(await run("in_big", { list: ["9007199254740993"] })).toBe(1);
    expect(await run("in_big", { list: ["9007199254740992"] })).toBe(0);
  });

  test("IN and NOT IN with lists of texts, empty ones included", async () => {
    expect(await run("in_texts", { texts: ["a", "b"] })).toBe(1);
    expect(await run("in_texts", { texts: [] })).toBe(0);
    expect(await run("not_in_texts", { texts: ["a"] })).toBe(1);
    expect(await run("not_in_texts", { texts: [] })).toBe(1);
    expect(await run("in_texts", { texts: "b" })).toBe(1);
  });

  test("a list outside of IN, or with null in it, is refused", async () => {
    expect(await codeOf("stored", { v: [1] })).toBe("PARAMETER_INVALID");
    expect(await codeOf("list_of_any", { ids: [1] })).toBe("PARAMETER_INVALID");
    const error = await errorOf(run("in_texts", { texts: ["a", null] }));
    expect(error.message).toBe('The value for "texts" cannot be used: item 2 of the list: it is null.');
  });

  test("a list into a json parameter is one value", async () => {
    expect(await run("list_elsewhere", { list: [1, { a: null }] })).toBe('[1,{"a":null}]');
  });

  test("a row too many ends a query that never would", async () => {
    expect(await codeOf("many_rows")).toBe("TOO_MANY_ROWS");
    expect(await run("value_of_many")).toBe(1);
  });

  test("two columns of one name are a failed query, and the log says which", async () => {
    expect(await codeOf("twice_named")).toBe("QUERY_FAILED");
    expect(database.log.at(-1)).toMatchObject({
      level: "warn",
      message: expect.stringContaining('"a" is the name of two columns') as string,
      facts: { operation: "twice_named" },
    });
  });

  test("last_insert_id is that of this insert, or null", async () => {
    expect(await run("add_strict", { n: 1 })).toEqual({ affected_rows: 1, last_insert_id: 1 });
    expect(await run("add_code", { code: "a" })).toEqual({ affected_rows: 1, last_insert_id: null });
    expect(await run("update_none")).toEqual({ affected_rows: 0, last_insert_id: null });
    expect(await run("create_table")).toEqual({ affected_rows: 0, last_insert_id: null });
    expect(await run("add_big_id")).toEqual({ affected_rows: 1, last_insert_id: "9007199254740993" });
  });

  test("constraints of every sort are CONSTRAINT_VIOLATED", async () => {
    expect(await codeOf("add_code", { code: "a" })).toBe("CONSTRAINT_VIOLATED");
    expect(await codeOf("add_strict", { n: "text" })).toBe("CONSTRAINT_VIOLATED");
    expect(await codeOf("add_strict", { n: 7 })).toBe("CONSTRAINT_VIOLATED");
    expect(await codeOf("add_child", { parent: 99 })).toBe("CONSTRAINT_VIOLATED");
  });

  test("a change that gives a row too many is undone", async () => {
    const before = await run("count_strict");
    expect(await codeOf("add_strict_returning", { n: 20 })).toBe("TOO_MANY_ROWS");
    expect(await run("count_strict")).toBe(before);
  });

  test("what writes in the disguise of a read fails", async () => {
    expect(await run("pragma_as_read")).toHaveLength(1);
    for (const operation of ["pragma_writes", "vacuum_as_read", "temporary_as_read"]) {
      expect(await codeOf(operation), operation).toBe("QUERY_READ_ONLY");
    }
  });

  test("a failed query leaves nothing behind for the next call of it", async () => {
    expect(await codeOf("fails_while_reading", { list: ["{"] })).toBe("QUERY_FAILED");
    expect(await run("fails_while_reading", { list: ['{"a":1}'] })).toHaveLength(1);
  });

  test("the database's words go to the log and not to the caller", async () => {
    const error = await errorOf(run("broken"));
    expect(error.code).toBe("QUERY_FAILED");
    expectNoSecret(error, ["secret_table", "secret_column"]);
    expect(database.log.at(-1)?.message).toContain("secret_table");
  });

  test("a changed schema is seen by queries that were prepared before", async () => {
    expect(await run("all_codes")).toEqual([{ code: "a" }]);
    await run("alter");
    expect(await run("all_codes")).toEqual([{ code: "a", note: null }]);
  });
});
