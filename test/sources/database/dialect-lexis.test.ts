import { describe, expect, test } from "vitest";
import { mysqlLexis, postgresLexis, type Lexis } from "../../../src/sources/database/lexis.js";
import { readStatement } from "../../../src/sources/database/statement.js";

/** The parameters of a query in order, or why it cannot be read. */
function parametersOf(query: string, lexis: Lexis): string {
  const statement = readStatement(query, lexis);
  if ("reason" in statement) return statement.reason;
  if ("secondAt" in statement) return "two statements";
  return statement.parameters.map(({ name }) => name).join(" ");
}

describe("PostgreSQL", () => {
  test.each([
    ["SELECT :a::date, ':b', \":c\"", "a"],
    ["SELECT 'it''s :b', :a", "a"],
    ["SELECT E'\\':b', :a", "a"],
    ["SELECT e'\\\\', :a, E'x''\\':b'", "a"],
    ["SELECT 'back\\', :a", "a"],
    ["SELECT $$ :b ' $$, :a", "a"],
    ["SELECT $tag$ :b $$ $tag$, :a", "a"],
    ["SELECT a$b$ + :a FROM t", "a"],
    ["SELECT /* :b /* :c */ :d */ :a -- :e\n, :f", "a f"],
    ["SELECT tags[1:2], tags[i:j], tags[ :a : :b ], tags[:c]", "a b c"],
    ["SELECT x[f(1):n], x[:a::int]", "a"],
    ["SELECT data ? 'x', data ?| ARRAY[:a], data @> :b, data #>> '{a}', data -> :c", "a b c"],
    ["SELECT '{\"a\":1}'::jsonb @? '$.a', :a", "a"],
    ["SELECT 1; SELECT 2", "two statements"],
    ["SELECT 'a' 'b;c'; ", ""],
    ["SELECT $1", '"$1" is no parameter here; write :name'],
    ["SELECT $x$ :a", "the text that begins here does not end"],
    ["SELECT 'a\0b'", "the text that begins here holds a NUL character"],
  ])("%s", (query, parameters) => {
    expect(parametersOf(query, postgresLexis)).toBe(parameters);
  });
});

describe("MySQL", () => {
  test.each([
    ["SELECT ':b', \":c\", `:d`, :a", "a"],
    ["SELECT 'it\\'s :b', \"\\\":b\", :a", "a"],
    ["SELECT '\\\\', :a", "a"],
    ["SELECT 1 # :b\n, :a", "a"],
    ["SELECT 1 -- :b\n, :a, 5--:c", "a c"],
    ["SELECT /* :b */ /*! :a */ + /*!50000 :c */ 1, /*M!100100 :d */ 1", "a c d"],
    ["SELECT @x := :a, @y:=2", "a"],
    ["SELECT ?", '"?" is no parameter here; write :name'],
    ["SELECT 1; DROP TABLE t", "two statements"],
    ["SELECT $$ , :a", "a"],
  ])("%s", (query, parameters) => {
    expect(parametersOf(query, mysqlLexis)).toBe(parameters);
  });
});
