import { join } from "node:path";
import picocolors from "picocolors";
import { expect, test } from "vitest";
import { formatProblem } from "../../src/cli/format-problem.js";
import { problem } from "../../src/problems/problem.js";
import { projectOf } from "./run-command.js";

const plain = picocolors.createColors(false);
const unknownKey = { key: "sorce", known: ["source"] };

test("a problem shows its place, its line with a caret, then its hint", () => {
  const folder = projectOf({ "config/a.yaml": "one: 1\ntwo:\n  sorce: x\n" });
  const location = { file: join(folder, "config/a.yaml"), line: 3, column: 3, length: 5 };
  expect(formatProblem(problem("CONFIG_KEY_UNKNOWN", unknownKey, { location }), folder, plain)).toBe(
    [
      'config/a.yaml:3:3 error CONFIG_KEY_UNKNOWN There is no key "sorce" here.',
      "    3 |   sorce: x",
      '      |   ^^^^^   hint: Did you mean "source"?',
    ].join("\n"),
  );
});

test("the caret keeps its place behind tabs and never runs past the line", () => {
  const folder = projectOf({ "a.yaml": "\tab" });
  const location = { file: "a.yaml", line: 1, column: 2, length: 40 };
  const lines = formatProblem(problem("CONFIG_KEY_EMPTY", { key: "ab" }, { location }), folder, plain).split(
    "\n",
  );
  expect(lines[2]).toContain("| \t^^   hint:");
});

test("a problem of a file that cannot be read has a place and no line", () => {
  const location = { file: "gone.yaml", line: 1, column: 1 };
  const text = formatProblem(problem("CONFIG_KEY_UNKNOWN", unknownKey, { location }), "/nowhere", plain);
  expect(text).toBe(
    'gone.yaml:1:1 error CONFIG_KEY_UNKNOWN There is no key "sorce" here.\n  hint: Did you mean "source"?',
  );
});

test("violations of a request follow, each with its pointer", () => {
  const violations = [{ pointer: "/query/hour", message: "must be <= 23" }];
  const text = formatProblem(problem("REQUEST_INVALID", { count: 1 }, { violations }), "/", plain);
  expect(text.split("\n").at(-1)).toBe("  /query/hour: must be <= 23");
});

test("colours stand around words only where they are wanted", () => {
  const colours = picocolors.createColors(true);
  expect(formatProblem(problem("INTERNAL", {}), "/", colours)).toContain("\u001b[31merror\u001b[39m");
});
