import { expect, test } from "vitest";
import { sqliteLexis, type Lexis } from "../../../src/sources/database/lexis.js";
import { isSyntaxFault, tokenize } from "../../../src/sources/database/tokenizer.js";

/** The names of the parameters, or why the query cannot be taken apart. */
function parametersOf(query: string, lexis: Lexis = sqliteLexis): string {
  const tokens = tokenize(query, lexis);
  if (isSyntaxFault(tokens)) return `fault at ${tokens.start}: ${tokens.reason}`;
  return tokens
    .filter(({ kind }) => kind === "parameter")
    .map(({ value }) => value)
    .join(" ");
}

test.each([
  ["SELECT :a, :b", "a b"],
  ["SELECT :a,:b", "a b"],
  ["SELECT (:a)+:b", "a b"],
  ["WHERE x=:a AND y>=:b_2", "a b_2"],
  ["SELECT ':a'", ""],
  ["SELECT 'it''s :a', :b", "b"],
  ["SELECT '\\', :b, ':a'", "b"],
  ['SELECT ":a" FROM ":t"', ""],
  ['SELECT "x"":a", :b', "b"],
  ["SELECT `:a`, :b", "b"],
  ["SELECT `x``:a`, :b", "b"],
  ["SELECT [:a], :b", "b"],
  ["SELECT a[1:2]", ""],
  ["SELECT 1 -- :a\n, :b", "b"],
  ["SELECT 1 -- :a", ""],
  ["SELECT '--', :b", "b"],
  ["SELECT 1 /* :a */, :b", "b"],
  ["SELECT 1 /* ' */, :b -- '", "b"],
  ["SELECT /* /* */ :b", "b"],
  ["SELECT '/*', :b, '*/'", "b"],
  ["SELECT :a::text", "a"],
  ["SELECT x::a", ""],
  ["SELECT x :: a", ""],
  ["SELECT x::varchar(10), :b", "b"],
  ["SELECT :a-:b", "a b"],
  ["SELECT :a--:b", "a"],
  ["SELECT '10:30', :b", "b"],
  ["SELECT 1:2", ""],
  ["SELECT x->>'$.a', :b", "b"],
  ["SELECT x'00', :b", "b"],
  ["SELECT :_a", "_a"],
  ["SELECT :a\n,\t:b\r\n", "a b"],
  ["SELECT größe, :b", "b"],
  ["SELECT '😀', :b", "b"],
  ["", ""],
])("%s has the parameters: %s", (query, parameters) => {
  expect(parametersOf(query)).toBe(parameters);
});

test.each([
  ["SELECT 'a", "fault at 7: the text that begins here does not end"],
  ["SELECT 'a''", "fault at 7: the text that begins here does not end"],
  ['SELECT "a', "fault at 7: the name that begins here does not end"],
  ["SELECT [a", "fault at 7: the name that begins here does not end"],
  ["SELECT /* a", "fault at 7: a comment that begins here does not end"],
  ["SELECT ?", 'fault at 7: "?" is no parameter here; write :name'],
  ["SELECT ?12", 'fault at 7: "?12" is no parameter here; write :name'],
  ["SELECT @a", 'fault at 7: "@a" is no parameter here; write :name'],
  ["SELECT $a", 'fault at 7: "$a" is no parameter here; write :name'],
  ["SELECT :größe", 'fault at 7: ":größe" is no parameter; its name may have A to Z, digits and "_"'],
  ["SELECT :a$b", 'fault at 7: ":a$b" is no parameter; its name may have A to Z, digits and "_"'],
])("%s cannot be taken apart", (query, fault) => {
  expect(parametersOf(query)).toBe(fault);
});

test("comments nest where a dialect says so", () => {
  const nesting = { ...sqliteLexis, blockCommentsNest: true };
  expect(parametersOf("SELECT /* /* :a */ :b */ :c", nesting)).toBe("c");
  expect(parametersOf("SELECT /* /* :a */ :b", nesting)).toBe(
    "fault at 7: a comment that begins here does not end",
  );
});
