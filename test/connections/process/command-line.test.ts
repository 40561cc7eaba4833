import { expect, test } from "vitest";
import { splitCommand, withPort } from "../../../src/connections/process/command-line.js";

test.each([
  ["python serve.py --port {port}", ["python", "serve.py", "--port", "{port}"]],
  ["  a\t b\nc ", ["a", "b", "c"]],
  [`run "two words" 'and $HOME' ""`, ["run", "two words", "and $HOME", ""]],
  [`a\\ b "c\\"d" 'e\\f'`, ["a b", 'c"d', "e\\f"]],
  [`--x="1 2"3`, ["--x=1 23"]],
  ["a; rm -rf / && b | c > d", ["a;", "rm", "-rf", "/", "&&", "b", "|", "c", ">", "d"]],
  ["", []],
])("%j is split as a shell would, and nothing is replaced", (text, words) => {
  expect(splitCommand(text)).toEqual(words);
});

test.each([`"open`, `it's`])("a quote that is left open is noticed: %s", (text) => {
  expect(splitCommand(text)).toBeUndefined();
});

test("the port stands where the placeholder was", () => {
  expect(withPort(["a", "--port={port}", "{port}/{port}"], 81)).toEqual(["a", "--port=81", "81/81"]);
});
