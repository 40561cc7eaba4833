import { expect, test } from "vitest";
import { mysqlLexis, postgresLexis, type Lexis } from "../../../src/sources/database/lexis.js";
import { readStatement } from "../../../src/sources/database/statement.js";

test.each<[string, string, Lexis]>([
  ["a CTE that writes", "WITH x AS (INSERT INTO t VALUES (1) RETURNING id) SELECT id FROM x", postgresLexis],
  ["a lock", "SELECT id FROM t FOR NO KEY UPDATE", postgresLexis],
  ["a shared lock", "SELECT id FROM t FOR SHARE", postgresLexis],
  ["a table made by a query", "SELECT 1 INTO t", postgresLexis],
  ["a write that is explained by being done", "EXPLAIN ANALYZE DELETE FROM t", postgresLexis],
  ["a block of code", "DO $$ BEGIN PERFORM 1; END $$", postgresLexis],
  ["a call", "CALL p()", mysqlLexis],
  ["a write in an executed comment", "WITH x AS (SELECT 1) /*! DELETE FROM t */", mysqlLexis],
])("%s is a write", (_, query, lexis) => {
  expect(readStatement(query, lexis)).toMatchObject({ effect: "write" });
});

test.each<[string, string, Lexis]>([
  ["words of writes in texts", "SELECT 'insert', $$delete$$, \"update\" FROM t", postgresLexis],
  ["words of writes in comments", "SELECT 1 /* delete */ -- update", postgresLexis],
  ["words of writes in texts of MySQL", 'SELECT "delete", `update` FROM t # insert', mysqlLexis],
])("%s are none", (_, query, lexis) => {
  expect(readStatement(query, lexis)).toMatchObject({ effect: "read" });
});
