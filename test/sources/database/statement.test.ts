import { describe, expect, test } from "vitest";
import { sqliteLexis } from "../../../src/sources/database/lexis.js";
import { readStatement, type Statement } from "../../../src/sources/database/statement.js";

function statementOf(query: string): Statement {
  const statement = readStatement(query, sqliteLexis);
  if ("reason" in statement || "secondAt" in statement) throw new Error(JSON.stringify(statement));
  return statement;
}

describe("reads", () => {
  test.each([
    "SELECT 1",
    "select 1",
    "  -- first\n SELECT 1",
    "/* INSERT */ SELECT 1",
    "SELECT 'INSERT INTO x'",
    'SELECT "update" FROM "delete"',
    "SELECT [into] FROM t",
    "SELECT replace(a, 'b', 'c') FROM t",
    "SELECT updated_at, deleted, inserts FROM t",
    "WITH x AS (SELECT 1) SELECT * FROM x",
    "WITH RECURSIVE x (i) AS (SELECT 1 UNION SELECT i + 1 FROM x) SELECT i FROM x",
    "VALUES (1), (2)",
    "TABLE people",
    "SHOW TABLES",
    "DESCRIBE people",
    "EXPLAIN SELECT 1",
    "EXPLAIN QUERY PLAN SELECT 1",
    "(SELECT 1) UNION (SELECT 2)",
    "SELECT share FROM holdings",
    "SELECT * FROM pragma_table_info('t')",
    "SELECT 1;",
    "SELECT 1 ; ; -- done",
  ])("%s", (query) => expect(statementOf(query).effect).toBe("read"));
});

describe("writes", () => {
  test.each([
    "INSERT INTO t VALUES (1)",
    "REPLACE INTO t VALUES (1)",
    "UPDATE t SET a = 1",
    "DELETE FROM t",
    "WITH x AS (SELECT 1) INSERT INTO t SELECT * FROM x",
    "WITH x AS (SELECT 1) REPLACE INTO t SELECT * FROM x",
    "WITH x AS (DELETE FROM t RETURNING *) SELECT * FROM x",
    "WITH x AS (SELECT 1) UPDATE t SET a = 1",
    "SELECT * INTO u FROM t",
    "SELECT * FROM t FOR UPDATE",
    "SELECT * FROM t FOR NO KEY UPDATE",
    "SELECT * FROM t FOR SHARE",
    "SELECT * FROM t FOR KEY SHARE",
    "EXPLAIN ANALYZE DELETE FROM t",
    "CALL refresh()",
    "MERGE INTO t USING u ON t.a = u.a WHEN MATCHED THEN DELETE",
    "CREATE TABLE t (a)",
    "DROP TABLE t",
    "PRAGMA user_version = 1",
    "PRAGMA table_info(t)",
    "VACUUM",
    "nonsense",
  ])("%s", (query) => expect(statementOf(query).effect).toBe("write"));
});

test.each([
  ["SELECT 1", "SELECT", true],
  ["WITH x AS (SELECT 1) SELECT * FROM x", "SELECT", true],
  ["WITH x AS (SELECT 1) INSERT INTO t SELECT * FROM x", "INSERT", false],
  ["INSERT INTO t VALUES (1)", "INSERT", false],
  ["INSERT INTO t VALUES (1) RETURNING id", "INSERT", true],
  ["INSERT INTO t VALUES ('RETURNING')", "INSERT", false],
  ["DELETE FROM t RETURNING *", "DELETE", true],
  ["PRAGMA table_info(t)", "PRAGMA", true],
  ["CREATE TABLE t (a)", "CREATE", false],
])("%s is %s, with rows: %s", (query, verb, hasRows) => {
  expect(statementOf(query)).toMatchObject({ verb, hasRows });
});

test.each([
  ["INSERT INTO t VALUES (1)", "T"],
  ['INSERT OR REPLACE INTO main."my table" (a) VALUES (1)', "my table"],
  ["REPLACE INTO [t] VALUES (1)", "t"],
  ["UPDATE t SET a = 1", undefined],
])("%s inserts into %s", (query, table) => {
  expect(statementOf(query).insertsInto).toBe(table);
});

test("a parameter alone in IN ( ) takes a list", () => {
  const { parameters } = statementOf(
    "SELECT 1 WHERE a IN (:a) AND b NOT IN ( :b ) AND c IN (:c, 1) AND d = (:d) AND e IN (:e + 1)",
  );
  expect(parameters.map(({ name, list }) => `${name} ${list !== undefined}`)).toEqual([
    "a true",
    "b true",
    "c false",
    "d false",
    "e false",
  ]);
});

test("what follows the semicolon is left out, and a second statement is found", () => {
  expect(statementOf("SELECT 1; -- x").text).toBe("SELECT 1");
  expect(readStatement("SELECT 1; SELECT 2", sqliteLexis)).toMatchObject({ secondAt: { start: 10 } });
  expect(readStatement("SELECT ';'; DELETE FROM t", sqliteLexis)).toMatchObject({ secondAt: { start: 12 } });
  expect(readStatement(" -- nothing\n;", sqliteLexis)).toMatchObject({ reason: "it has no statement" });
});
