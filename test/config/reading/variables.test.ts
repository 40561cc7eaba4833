import { describe, expect, test } from "vitest";
import type { ScalarTree, Tree } from "../../../src/schema/tree.js";
import { plain, readInMemory } from "./reading.js";
import type { MemoryFile } from "./memory-host.js";

const environment = { PORT: "9000", HOST: "db", EMPTY: "", DB_PASSWORD: "secret", LONG: "a long value" };

function read(text: string, files: Readonly<Record<string, MemoryFile>> = {}, unsetOk = false) {
  const result = readInMemory({ "config/config.yaml": text, ...files }, environment, { unsetOk });
  return { ...result, tree: result.project?.config };
}

function value(tree: Tree | undefined, key = "a"): ScalarTree {
  const found = tree?.kind === "mapping" ? tree.entries.get(key)?.value : undefined;
  if (found?.kind !== "scalar") throw new Error(`no value at ${key}`);
  return found;
}

describe("a variable", () => {
  test.each([
    ["${PORT}", "9000"],
    ["${PORT:-1}", "9000"],
    ["${NOPE:-8000}", "8000"],
    ["${EMPTY:-8000}", "8000"],
    ["${EMPTY}", ""],
    ["${NOPE:-}", ""],
    ["http://${HOST}:${PORT}/x", "http://db:9000/x"],
    ["${NOPE:-${HOST}}", "db"],
    ["${NOPE:-{}}", "{}"],
    ["${NOPE:-a b}", "a b"],
    ["$${PORT}", "${PORT}"],
    ["$$5 ${PORT}", "$$5 9000"],
    ["${PORT} {{ f('${PORT}', {a: 1}) }} ${HOST}", "9000 {{ f('${PORT}', {a: 1}) }} db"],
    ["{{ '}}' }} ${HOST}", "{{ '}}' }} db"],
    ["$a.b['${PORT}']", "$a.b['${PORT}']"],
    ["x {{ never closed ${HOST}", "x {{ never closed db"],
  ])("in the text %j gives %j", (written, expected) => {
    const { tree, lines } = read(`a: ${JSON.stringify(written)}\n`);
    expect(lines).toEqual([]);
    expect(value(tree).value).toBe(expected);
  });

  test("is replaced at any depth, and not in keys", () => {
    const { tree } = read("a: {b: [x, {c: 'p${PORT}'}]}\n'${PORT}': 1\n");
    expect(plain(tree)).toEqual({ a: { b: ["x", { c: "p9000" }] }, "${PORT}": 1 });
  });

  test("that is the whole value is marked so", () => {
    const { tree } = read('a: ${PORT}\nb: "${PORT:-1}"\nc: x${PORT}\nd: x\n');
    expect(value(tree, "a")).toMatchObject({ isVariable: true, variables: ["PORT"], written: "${PORT}" });
    expect(value(tree, "b").isVariable).toBe(true);
    expect(value(tree, "c")).toMatchObject({ isVariable: false, variables: ["PORT"], written: "x${PORT}" });
    expect(value(tree, "d")).toMatchObject({ isVariable: false, variables: [] });
    expect(value(tree, "d").written).toBeUndefined();
  });

  test("whose name ends as secrets do makes the text secret", () => {
    const { tree } = read("a: x${DB_PASSWORD}\nb: ${PORT}\nc: ${NOPE:-${DB_PASSWORD}}\n");
    expect(value(tree, "a").isSecret).toBe(true);
    expect(value(tree, "b").isSecret).toBe(false);
    expect(value(tree, "c")).toMatchObject({ isSecret: true, variables: ["NOPE", "DB_PASSWORD"] });
  });

  test("cannot change the shape of the file", () => {
    const host = readInMemory(
      { "config/config.yaml": "a: ${SHAPE}\n" },
      { SHAPE: "{b: 1}\nc: ${PORT} {{ $x }}" },
    );
    expect(plain(host.project?.config)).toEqual({ a: "{b: 1}\nc: ${PORT} {{ $x }}" });
  });

  test("leaves the places of the text around it right", () => {
    const { tree } = read("a: one ${LONG} two ${PORT}\n");
    const scalar = value(tree);
    const text = String(scalar.value);
    const start = text.indexOf("two");
    expect(scalar.locate(start, start + 3)).toMatchObject({ line: 1, column: 16, length: 3 });
    expect(scalar.locate(text.indexOf("9000") + 1, text.length)).toMatchObject({ column: 20, length: 7 });
    expect(scalar.locate(0, 5)).toMatchObject({ column: 4, length: 11 });
  });
});

describe("a variable without a value", () => {
  test("is a problem at its exact place, each one", () => {
    const { lines, problems, tree } = read("a: x ${NOPE} ${NADA}\nb: |\n  one\n  two ${NOPE}\n");
    expect(lines).toEqual(["1:6 VARIABLE_UNSET", "1:14 VARIABLE_UNSET", "4:7 VARIABLE_UNSET"]);
    expect(problems[0]).toMatchObject({ severity: "error", message: "The variable NOPE is not set." });
    expect(problems[0]?.location?.length).toBe("${NOPE}".length);
    expect(plain(tree)).toEqual({ a: "<unset>", b: "<unset>" });
  });

  test("says what `:?` tells, also where it is empty", () => {
    const { lines, problems } = read(
      "a: ${NOPE:?ask the database team}\nb: ${EMPTY:?fill it}\nc: ${NOPE:?}\n",
    );
    expect(lines).toEqual(["1:4 VARIABLE_UNSET", "2:4 VARIABLE_UNSET", "3:4 VARIABLE_UNSET"]);
    expect(problems.map(({ hint }) => hint)).toEqual([
      "ask the database team",
      "fill it",
      "Set NOPE in the environment or in .env, or give a default: `${NOPE:-…}`.",
    ]);
  });

  test("is a warning when asked for, and its value unknown", () => {
    const { problems, tree } = read("a: ${NOPE}\nb: ${file:nope}\n", {}, true);
    expect(problems.map(({ severity }) => severity)).toEqual(["warning", "warning"]);
    expect(value(tree, "a")).toMatchObject({
      isUnset: true,
      isVariable: true,
      value: "",
      variables: ["NOPE"],
    });
    expect(value(tree, "b")).toMatchObject({ isUnset: true, isSecret: true });
  });

  test("in an anchor is reported once, at the anchor", () => {
    const { lines } = read("x-a: &a {b: '${NOPE}'}\nc: *a\nd: {<<: *a}\n");
    expect(lines).toEqual(["1:14 VARIABLE_UNSET"]);
  });

  test("that an environment overrides is none", () => {
    const files = {
      "config/base/config.yaml": "a: ${NOPE}\nb: ${NADA}\n",
      "config/development/config.yaml": "a: 1\nb: null\n",
    };
    expect(readInMemory(files).lines).toEqual([]);
  });
});

describe("a file variable", () => {
  test("gives the text of a file of the project, without the line end, as a secret", () => {
    const files = { "secrets/db": "pass\nword\n", "/run/secrets/db": "absolute\r\n" };
    const { tree, lines } = read("a: ${file:secrets/db}\nb: u:${file:/run/secrets/db}@h\n", files);
    expect(lines).toEqual([]);
    expect(value(tree, "a")).toMatchObject({
      value: "pass\nword",
      isVariable: true,
      isSecret: true,
      variables: ["file:secrets/db"],
    });
    expect(value(tree, "b")).toMatchObject({ value: "u:absolute@h", isVariable: false, isSecret: true });
  });

  test("may have a variable in its path", () => {
    expect(plain(read("a: ${file:${HOST}/x}\n", { "db/x": "y" }).tree)).toEqual({ a: "y" });
  });

  test.each([
    ["that does not exist", "nope", "it does not exist"],
    ["that is a folder", "folder", "it is a folder"],
    ["that is binary", "binary", "it is not text in UTF-8"],
    ["that cannot be read", "closed", "permission is denied"],
  ])("%s is a problem at its place", (_name, path, reason) => {
    const files = {
      "folder/x": "",
      binary: new Uint8Array([1, 0, 2]),
      closed: { unreadable: "permission is denied" },
    };
    const { lines, problems } = read(`b: 1\na: x\${file:${path}}\n`, files);
    expect(lines).toEqual(["2:5 VARIABLE_FILE_MISSING"]);
    expect(problems[0]?.message).toBe(`The file "${path}" of this variable cannot be used: ${reason}.`);
  });
});

describe("what is no variable", () => {
  test.each([
    ["x ${PORT", 6, "its } is missing"],
    ["${}", 4, "its name is missing"],
    ["${1A}", 4, '"1A" does not begin with a name of letters, digits and _'],
    ["${PORT-1}", 4, 'only ":-" or ":?" can follow the name PORT'],
    ["${PORT:1}", 4, 'only ":-" or ":?" can follow the name PORT'],
    ["${file:}", 4, "the path of the file is missing"],
    ["${NOPE:-${}}", 4, "its name is missing"],
  ])("%j", (written, column, reason) => {
    const { lines, problems } = read(`a: ${written}\n`);
    expect(lines).toEqual([`1:${column} VARIABLE_MALFORMED`]);
    expect(problems[0]?.message).toBe(`This is not a variable: ${reason}.`);
  });
});
