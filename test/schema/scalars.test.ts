import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import {
  boolean,
  duration,
  enumeration,
  integer,
  located,
  number,
  orFalse,
  pattern,
  secretText,
  size,
  text,
} from "../../src/schema/scalars.js";
import type { Schema } from "../../src/schema/schema.js";
import { isSecretName, Secret } from "../../src/schema/secret.js";
import { read, readVariable } from "./reading-schema.js";

type Case<T> = readonly [kind: string, schema: Schema<unknown>, yaml: string, expected: T];

/** Cases with what is written in front, for their titles. */
function titled<T>(cases: readonly Case<T>[]) {
  return cases.map(([kind, schema, yaml, expected]) => [kind, yaml, schema, expected] as const);
}

describe("what is read", () => {
  test.each(
    titled<unknown>([
      ["text", text(), "shop", "shop"],
      ["text", text(), '"7"', "7"],
      ["integer", integer(), "7", 7],
      ["integer", integer({ min: 0, max: 9 }), "0", 0],
      ["number", number(), "1.5", 1.5],
      ["boolean", boolean(), "false", false],
      ["enumeration", enumeration(["a", "b"]), "b", "b"],
      ["pattern", pattern(/^[a-z]+$/, "small letters"), "abc", "abc"],
      ["orFalse", orFalse(text()), "false", false],
      ["orFalse", orFalse(text()), "/docs", "/docs"],
      ["duration", duration(), "250ms", 250],
      ["duration", duration(), "5s", 5_000],
      ["duration", duration(), "2m", 120_000],
      ["duration", duration(), "1.5h", 5_400_000],
      ["duration", duration(), "7d", 604_800_000],
      ["duration", duration(), "5S", 5_000],
      ["size", size(), "512b", 512],
      ["size", size(), "512kb", 524_288],
      ["size", size(), "10mb", 10_485_760],
      ["size", size(), "1GB", 1_073_741_824],
    ]),
  )("%s: %s", (_, yaml, schema, value) => {
    expect(read(schema, yaml)).toMatchObject({ value, problems: [] });
  });

  test("a located text knows its place", () => {
    expect(read(located(text()), "shop").value).toMatchObject({
      value: "shop",
      location: { line: 1, column: 4 },
    });
  });
});

describe("what is refused, and how", () => {
  test.each(
    titled<string>([
      ["text", text(), "7", "CONFIG_TYPE_WRONG Text is expected here, but this is the number 7."],
      ["text", text(), '""', "CONFIG_TYPE_WRONG Text is expected here, but this is an empty text."],
      ["text", text(), "[a]", "CONFIG_TYPE_WRONG Text is expected here, but this is a list."],
      [
        "integer",
        integer(),
        "1.5",
        "CONFIG_TYPE_WRONG A whole number is expected here, but this is the number 1.5.",
      ],
      [
        "integer",
        integer(),
        '"7"',
        'CONFIG_TYPE_WRONG A whole number is expected here, but this is the text "7".',
      ],
      ["integer", integer({ min: 1 }), "0", "CONFIG_NUMBER_RANGE 0 is out of range: 1 or more is allowed."],
      ["integer", integer({ max: 9 }), "10", "CONFIG_NUMBER_RANGE 10 is out of range: at most 9 is allowed."],
      [
        "integer",
        integer({ min: 1, max: 9 }),
        "10",
        "CONFIG_NUMBER_RANGE 10 is out of range: 1 to 9 is allowed.",
      ],
      [
        "boolean",
        boolean(),
        "yes",
        'CONFIG_TYPE_WRONG True or false is expected here, but this is the text "yes".',
      ],
      [
        "enumeration",
        enumeration(["json", "text"]),
        "jsn",
        'CONFIG_VALUE_UNKNOWN "jsn" is none of the allowed values.',
      ],
      [
        "enumeration",
        enumeration(["json", "text"]),
        "7",
        "CONFIG_TYPE_WRONG One of `json`, `text` is expected here, but this is the number 7.",
      ],
      [
        "pattern",
        pattern(/^[a-z]+$/, "small letters"),
        "A",
        'CONFIG_VALUE_INVALID "A" is not small letters.',
      ],
      ["duration", duration(), "30", "CONFIG_UNIT_MISSING The number 30 needs a unit."],
      [
        "duration",
        duration(),
        "5 minutes",
        'CONFIG_TYPE_WRONG A duration such as `250ms`, `5s` or `1h` is expected here, but this is the text "5 minutes".',
      ],
      [
        "duration",
        duration(),
        "-5s",
        'CONFIG_TYPE_WRONG A duration such as `250ms`, `5s` or `1h` is expected here, but this is the text "-5s".',
      ],
      ["size", size(), "10", "CONFIG_UNIT_MISSING The number 10 needs a unit."],
      [
        "secret",
        secretText("token"),
        "abc",
        'CONFIG_SECRET_LITERAL The value of "token" is a secret and must not stand in a file.',
      ],
    ]),
  )("%s: %s", (_, yaml, schema, problem) => {
    expect(read(schema, yaml)).toMatchObject({ value: undefined, problems: [`4 ${problem}`] });
  });
});

describe("a value that is one variable", () => {
  test.each<[string, Schema<unknown>, string, unknown]>([
    ["integer", integer(), "8080", 8080],
    ["number", number(), "-1.5", -1.5],
    ["boolean", boolean(), "true", true],
    ["text", text(), "8080", "8080"],
    ["duration", duration(), "5s", 5_000],
    ["enumeration", enumeration(["a"]), "a", "a"],
  ])("is read as the type that its key wants: %s", (_, schema, written, value) => {
    expect(readVariable(schema, written)).toMatchObject({ value, problems: [] });
  });

  test("of unknown value fits every schema, and has no value", () => {
    for (const schema of [
      text(),
      integer(),
      boolean(),
      duration(),
      size(),
      enumeration(["a"]),
      secretText("k"),
    ]) {
      expect(readVariable(schema as Schema<unknown>, "", { isUnset: true })).toMatchObject({
        value: undefined,
        problems: [],
      });
    }
  });

  test("that is secret is never printed", () => {
    const schemas = [
      integer(),
      integer({ max: 1 }),
      boolean(),
      duration(),
      size(),
      enumeration(["a"]),
      pattern(/^a$/, "an a"),
    ];
    for (const schema of schemas as Schema<unknown>[]) {
      for (const value of ["hunter2", "20042004"]) {
        const { problems } = readVariable(schema, value, { isSecret: true });
        expect(problems.join()).not.toContain(value);
      }
    }
  });
});

describe("secrets", () => {
  test("are taken from a variable or a file", () => {
    const { value } = readVariable(secretText("token"), "hunter2");
    expect(value?.reveal()).toBe("hunter2");
  });

  test("print as stars, however they are printed", () => {
    const secret = new Secret("hunter2");
    const printed = [`${secret}`, JSON.stringify({ secret }), inspect({ secret }), String(secret)].join();
    expect(printed).not.toContain("hunter2");
    expect(Object.values(secret)).toEqual([]);
  });

  test.each([
    "DB_PASSWORD",
    "CLIENT_SECRET",
    "API_TOKEN",
    "API_KEY",
    "AWS_CREDENTIALS",
    "SENTRY_DSN",
    "db_password",
  ])("%s names one", (name) => expect(isSecretName(name)).toBe(true));

  test.each(["PORT", "KEYBOARD", "TOKEN_URL", "PASSWORD_RULES"])("%s names none", (name) =>
    expect(isSecretName(name)).toBe(false),
  );
});
