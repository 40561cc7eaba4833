import { describe, expect, test } from "vitest";
import type { Problem } from "../../../src/problems/problem.js";
import { checkDatabase, problemsOf } from "./database-fixture.js";

/** `file:line:column CODE`; operations stand two lines below the top and two columns in. */
const short = ({ location, code }: Problem) => `${location?.line}:${location?.column} ${code}`;
const found = (operation: string, source?: string, files?: Readonly<Record<string, string>>) =>
  problemsOf(operation, source, files).map(short);

describe("operations", () => {
  test.each([
    ["nothing to ask", "description: x", ["1:1 CONFIG_KEY_MISSING"]],
    [
      "both forms",
      "query: SELECT 1\nquery_file: q.sql",
      ["3:3 CONFIG_KEYS_EXCLUSIVE", "3:15 FILE_NOT_FOUND"],
    ],
    ["a second statement", "query: SELECT 1; SELECT 2", ["2:20 QUERY_STATEMENTS_MANY"]],
    ["an open text", "query: SELECT 'a", ["2:17 QUERY_SYNTAX"]],
    ["a parameter of SQLite's own", "query: SELECT ?1", ["2:17 QUERY_SYNTAX"]],
    ["a transaction", "query: BEGIN", ["2:10 CONFIG_VALUE_INVALID"]],
    [
      "a value without a name",
      "query: SELECT :a\nparams:\n  b: { type: integer }",
      ["4:5 QUERY_PARAMETER_UNUSED"],
    ],
    ["a write as a read", "query: DELETE FROM t\neffect: read", ["3:3 QUERY_EFFECT_WRONG"]],
    ["rows of nothing", "query: DELETE FROM t\nreturns: one", ["3:3 QUERY_RETURNS_WRONG"]],
    [
      "a default of another type",
      "query: SELECT :a\nparams:\n  a: { type: integer, default: x }",
      ["4:25 CONFIG_VALUE_INVALID"],
    ],
    [
      "a list with an item of another type",
      "query: SELECT 1 WHERE 1 IN (:a)\nparams:\n  a: { type: integer, default: [1, x] }",
      ["4:25 CONFIG_VALUE_INVALID"],
    ],
    ["an unknown type", "query: SELECT :a\nparams:\n  a: { type: int }", ["4:16 CONFIG_VALUE_UNKNOWN"]],
    ["a number of rows that is none", "query: SELECT 1\nmax_rows: 0", ["3:13 CONFIG_NUMBER_RANGE"]],
    ["a block of lines", "query: |\n  SELECT 1,\n    'a", ["4:7 QUERY_SYNTAX"]],
  ])("%s", (_, operation, problems) => {
    expect(found(operation)).toEqual(problems);
  });

  test("several problems of one operation are reported together", () => {
    expect(found("query: DELETE FROM t\neffect: read\nreturns: many\nparams: { a: {} }")).toEqual([
      "3:3 QUERY_EFFECT_WRONG",
      "4:3 QUERY_RETURNS_WRONG",
      "5:13 QUERY_PARAMETER_UNUSED",
    ]);
  });

  test("problems of a query file stand in that file", () => {
    const [problem] = problemsOf("query_file: q.sql", undefined, { "q.sql": "SELECT 1,\n  'a" });
    expect(problem).toMatchObject({ code: "QUERY_SYNTAX", location: { file: "q.sql", line: 2, column: 3 } });
  });

  test("a query file that is not there is a problem where it is named", () => {
    expect(found("query_file: nowhere.sql")).toEqual(["2:15 FILE_NOT_FOUND"]);
  });

  test("the misspelt name of a parameter is suggested", () => {
    const [problem] = problemsOf("query: SELECT :customer_id\nparams: { custmer_id: {} }");
    expect(problem?.hint).toBe('Did you mean ":customer_id"?');
  });
});

describe("batch forms", () => {
  const single = "query: SELECT id, a FROM t WHERE id = :id AND a = :a\nreturns: one\nbatch:\n";
  const problems = (keys: string, operation = single) =>
    problemsOf(`${operation}${keys.replaceAll(/^/gm, "  ")}`).map((each) => `${short(each)} ${each.message}`);
  const many = "query: SELECT id, a FROM t WHERE id IN (:ids) AND a = :a";

  test("one that fits has no problem", () => {
    expect(problems(`${many}\nparams: { ids: id }\nkey: id`)).toEqual([]);
  });

  test.each([
    ["without a query", "params: { ids: id }\nkey: id", "4:3 CONFIG_KEY_MISSING"],
    [
      "with another parameter",
      `${many}\nparams: { ids: nmae }\nkey: id`,
      '6:15 CONFIG_VALUE_INVALID The operation has no parameter "nmae".',
    ],
    [
      "with a list as one value",
      "query: SELECT id FROM t WHERE id = :ids AND a = :a\nparams: { ids: id }\nkey: id",
      '6:15 CONFIG_VALUE_INVALID "ids" is a list, which the query takes in `IN (:ids)` and nowhere else.',
    ],
    [
      "with a list named as a parameter",
      "query: SELECT id FROM t WHERE id IN (:id) AND a = :a\nparams: { id: id }\nkey: id",
      '6:15 CONFIG_VALUE_INVALID "id" is a parameter of the operation: a list has a name of its own.',
    ],
    [
      "with one value where there are many",
      "query: SELECT id FROM t WHERE id IN (:ids) AND id = :id AND a = :a\nparams: { ids: id }\nkey: id",
      '5:5 CONFIG_VALUE_INVALID ":id" is one value, and here are many.',
    ],
    [
      "with an unknown name",
      `${many} AND b = :b\nparams: { ids: id }\nkey: id`,
      '5:5 CONFIG_VALUE_INVALID ":b" is neither a parameter of the operation nor under `params`.',
    ],
    [
      "without one of the parameters",
      "query: SELECT id FROM t WHERE id IN (:ids)\nparams: { ids: id }\nkey: id",
      '5:5 CONFIG_VALUE_INVALID The parameter "a" of the operation is not used here, so it would change nothing.',
    ],
    [
      "with fewer columns than lists",
      `${many}\nparams: { ids: id }\nkey: [id, a]`,
      "7:5 CONFIG_VALUE_INVALID `key` names 2 columns and `params` 1 lists: each list has its column.",
    ],
    [
      "that writes",
      "query: DELETE FROM t WHERE id IN (:ids) AND a = :a RETURNING id\nparams: { ids: id }\nkey: id",
      "4:3 CONFIG_VALUE_INVALID DELETE is no read.",
    ],
  ])("%s", (_, keys, problem) => {
    expect(problems(keys)).toContainEqual(expect.stringContaining(problem));
  });

  test.each([
    ["a write", "query: DELETE FROM t WHERE id = :id AND a = :a\nbatch:\n", "Only a read has a batch form"],
    ["nothing", `${single.replace("one", "none")}`, "An operation that returns nothing has no batch form."],
    [
      "a json key",
      `${single.replace("batch:", "params: { id: { type: json } }\nbatch:")}`,
      "is of type json",
    ],
  ])("of %s", (_, operation, message) => {
    expect(problems(`${many}\nparams: { ids: id }\nkey: id`, operation).join()).toContain(message);
  });

  test("a query that reads one row by a key says how its batch form is written", () => {
    const { calls } = checkDatabase(
      { operations: 'op: { query: "SELECT id FROM t WHERE t.id = :key", returns: one }' },
      "/",
    );
    expect(calls.get("op")?.batchAdvice).toContain(
      '`batch: { query: "SELECT id FROM t WHERE t.id IN (:keys)", params: { keys: key }, key: id }`',
    );
  });
});

describe("what a call does, needs and gives", () => {
  const prepared = (yaml: string) =>
    checkDatabase({ operations: `op:\n${yaml.replaceAll(/^/gm, "  ")}` }, "/").calls.get("op");

  test("every name in the query is a parameter, once", () => {
    const call = prepared(
      "query: SELECT :a, :b, :a, :c, :d\nparams:\n  b: { required: false }\n  c: { default: 1 }\n  d: {}",
    );
    expect(call?.parameters).toEqual([
      { name: "a", isRequired: true },
      { name: "b", isRequired: false },
      { name: "c", isRequired: false },
      { name: "d", isRequired: true },
    ]);
  });

  test("the effect comes from the statement, unless it is said", () => {
    expect(prepared("query: SELECT 1")?.effect).toBe("read");
    expect(prepared("query: SELECT 1\neffect: write")?.effect).toBe("write");
    expect(prepared("query: PRAGMA table_info(t)")?.effect).toBe("write");
    expect(prepared("query: PRAGMA table_info(t)\neffect: read")?.effect).toBe("read");
  });

  test("the answer of a change has a known shape", () => {
    expect(prepared("query: DELETE FROM t")?.shape).toMatchObject({
      required: ["affected_rows", "last_insert_id"],
    });
    expect(prepared("query: SELECT 1")?.shape).toBeUndefined();
  });
});

describe("sources", () => {
  const one = "query: SELECT 1";
  const url = (text: string) => problemsOf(one, `connection_string: ${text}`);
  test.each([
    ["sqlite:///data/local.db", []],
    ["sqlite:////var/lib/local.db", []],
    ["sqlite+aiosqlite:///data/local.db", ["SPELLING_RETIRED"]],
    ["SQLite:///data/local.db", []],
    ["postgresql://app:${DB_PASSWORD}@db/shop", []],
    ["postgres://db/shop", []],
    ["postgresql+psycopg2://db/shop", ["SPELLING_RETIRED"]],
    ["mysql://db/shop", []],
    ["mariadb://db/shop", []],
    ["duckdb:///data/x.duckdb", []],
    ["postgresql://app:hunter2@db/shop", ["CONFIG_SECRET_LITERAL"]],
    ["sqllite:///data/local.db", ["DATABASE_SCHEME_UNKNOWN"]],
    ["oracle://db/shop", ["DATABASE_SCHEME_UNKNOWN"]],
    ["data/local.db", ["CONFIG_VALUE_INVALID"]],
    ["sqlite://data/local.db", ["CONFIG_VALUE_INVALID"]],
    ["sqlite://", ["CONFIG_VALUE_INVALID"]],
    ['"sqlite:///:memory:"', ["CONFIG_VALUE_INVALID"]],
    ["sqlite:///data/local.db?mode=ro", ["CONFIG_VALUE_INVALID"]],
  ])("%s", (text, codes) => {
    expect(url(text).map(({ code }) => code)).toEqual(codes);
  });

  test("a near scheme is suggested, and no password is repeated", () => {
    expect(url("sqllite:///data/local.db")[0]?.hint).toBe('Did you mean "sqlite"?');
    expect(JSON.stringify(url("postgresql://app:hunter2@db/shop"))).not.toContain("hunter2");
  });

  test.each([
    ["an init file that is not there", "init_sql: nowhere.sql", ["2:11 FILE_NOT_FOUND"]],
    ["a table without a file", "init_csv: { a: nowhere.csv }", ["2:16 FILE_NOT_FOUND"]],
    [
      "a pragma that is not allowed",
      "options: { pragmas: { journal_mode: delete } }",
      ["2:23 CONFIG_KEY_UNKNOWN"],
    ],
    ["a pragma of another type", "options: { pragmas: { foreign_keys: 1 } }", ["2:37 CONFIG_TYPE_WRONG"]],
    ["a timeout without unit", "pool_timeout: 2", ["2:15 CONFIG_UNIT_MISSING"]],
  ])("%s", (_, keys, problems) => {
    expect(found(one, `connection_string: sqlite:///a.db\n${keys}`)).toEqual(problems);
  });
});
