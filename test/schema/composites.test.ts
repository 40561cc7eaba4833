import { describe, expect, test } from "vitest";
import {
  either,
  list,
  mapping,
  object,
  oneOrMany,
  optional,
  required,
  withDefault,
} from "../../src/schema/composites.js";
import { boolean, integer, text } from "../../src/schema/scalars.js";
import type { MappingTree } from "../../src/schema/tree.js";
import { written } from "../../src/schema/written.js";
import { read, treeOf } from "./reading-schema.js";

const person = object(
  {
    name: required(text(), "Who."),
    age: optional(integer(), "How old."),
    active: withDefault(boolean(), true, "Whether."),
  },
  { planned: ["friends"], allowsExtensions: true },
);

describe("an object", () => {
  test("has its values and defaults, and is frozen", () => {
    const { value, problems } = read(person, "{ name: Ada, x-anchors: 1 }");
    expect(problems).toEqual([]);
    expect(value).toEqual({ name: "Ada", age: undefined, active: true });
    expect(Object.isFrozen(value)).toBe(true);
  });

  test("reports everything that is wrong, and has no value where a required key has none", () => {
    const { value, problems } = read(person, "{ colour: 1, age: old, active:, friends: [] }");
    expect(value).toBeUndefined();
    expect(problems.map((problem) => problem.split(" ")[1])).toEqual([
      "CONFIG_KEY_UNKNOWN",
      "CONFIG_KEY_MISSING",
      "CONFIG_TYPE_WRONG",
      "CONFIG_KEY_EMPTY",
      "CONFIG_KEY_NOT_BUILT",
    ]);
  });

  test("goes on without an optional key that is wrong", () => {
    expect(read(person, "{ name: Ada, age: old }").value).toEqual({
      name: "Ada",
      age: undefined,
      active: true,
    });
  });

  test("a required key that is misspelt is one mistake", () => {
    expect(read(person, "{ nmae: Ada }").problems).toEqual([
      '6 CONFIG_KEY_UNKNOWN There is no key "nmae" here.',
    ]);
  });

  test("knows whether a key stands in a mapping, rightly or misspelt", () => {
    const tree = treeOf("{ nmae: Ada, active: 1, x-ge: 1, friends: 1 }") as MappingTree;
    expect(["name", "active", "age"].map((key) => person.isWritten(tree, key))).toEqual([true, true, false]);
  });

  test("names of objects are no keys", () => {
    expect(read(person, "{ name: Ada, constructor: 1, toString: 1 }").problems).toHaveLength(2);
  });
});

describe("collections keep what is right", () => {
  test("a mapping", () => {
    const { value, problems } = read(mapping(integer(), { pattern: /^[a-z]+$/ }), "{ b: 2, a: x, C: 3 }");
    expect([...value!]).toEqual([
      ["b", 2],
      ["C", 3],
    ]);
    expect(problems).toEqual([
      '15 CONFIG_TYPE_WRONG A whole number is expected here, but this is the text "x".',
      '18 CONFIG_NAME_INVALID "C" cannot be a name here.',
    ]);
  });

  test("a list", () => {
    const { value, problems } = read(list(integer()), "[1, x, 3]");
    expect(value).toEqual([1, 3]);
    expect(problems).toHaveLength(1);
    expect(read(list(integer()), "1").problems).toEqual([
      "4 CONFIG_TYPE_WRONG A list is expected here, but this is the number 1.",
    ]);
  });

  test("one or many", () => {
    expect(read(oneOrMany(integer()), "1").value).toEqual([1]);
    expect(read(oneOrMany(integer()), "[1, 2]").value).toEqual([1, 2]);
  });

  test("a written value is there also when it is wrong, and says so", () => {
    const { value } = read(mapping(written(person)), "{ a: { name: Ada }, b: { age: 7 }, c: 7 }");
    expect([...value!].map(([name, each]) => [name, each.value !== undefined, each.isBroken])).toEqual([
      ["a", true, false],
      ["b", false, true],
      ["c", false, true],
    ]);
  });

  test("of two forms, the one that is meant is reported on", () => {
    const schema = either((tree) => tree.kind === "list", list(integer()), text());
    expect(read(schema, "[x]").problems).toHaveLength(1);
    expect(read(schema, "7").problems).toEqual([
      "4 CONFIG_TYPE_WRONG Text is expected here, but this is the number 7.",
    ]);
  });
});
