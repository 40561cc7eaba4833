import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeRegistry } from "../../../src/sources/feast/registry/decode-registry.js";
import { ProjectRegistry } from "../../../src/sources/feast/registry/project-registry.js";
import { decodeValue } from "../../../src/sources/feast/protobuf/decode-value.js";
import { jsonForm } from "../../../src/sources/feast/protobuf/json-form.js";
import { textForm } from "../../../src/sources/feast/protobuf/text-form.js";
import { decodeTimestamp } from "../../../src/sources/feast/protobuf/timestamp.js";
import { WireError } from "../../../src/connections/protobuf/wire-reader.js";
import { readPrecomputedVector } from "../../../src/sources/feast/expose/precomputed-vector.js";
import { parsePythonJson, PythonJsonError } from "../../../src/sources/feast/expose/python-json.js";
import { readOnlineRequest } from "../../../src/sources/feast/expose/online-request.js";
import { Refusal } from "../../../src/sources/feast/expose/refusal.js";
import { fixtures } from "./feast-project.js";

/** What it gives, or that the bytes were refused; anything else that is thrown fails the test. */
function orRefused<T>(
  read: () => T,
  ...refusals: readonly (new (...args: never[]) => Error)[]
): T | undefined {
  try {
    return read();
  } catch (error) {
    if (refusals.some((each) => error instanceof each)) return undefined;
    throw error;
  }
}

const registry = readFileSync(join(fixtures, "sqlite-v3/data/registry.db"));

describe("corrupt bytes are refused, never a crash", () => {
  test("registries with changed bytes", () => {
    const change = fc.tuple(fc.nat(registry.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 8 }), (changes) => {
        const bytes = Buffer.from(registry);
        for (const [at, value] of changes) bytes[at] = value;
        orRefused(() => new ProjectRegistry(decodeRegistry(bytes), "shop"), WireError);
      }),
      { numRuns: 400 },
    );
  });

  test("registries that end too early are refused, or lack the project that stands at their end", () => {
    const whole = new ProjectRegistry(decodeRegistry(registry), "shop");
    expect(whole.isListed).toBe(true);
    for (let length = 1; length < registry.length; length += 7) {
      const cut = orRefused(
        () => new ProjectRegistry(decodeRegistry(registry.subarray(0, length)), "shop"),
        WireError,
      );
      if (cut === undefined || !cut.isListed) continue;
      expect(cut.views.size).toBeGreaterThanOrEqual(whole.views.size - 1);
    }
  });

  test("any bytes as a registry, a value, a time, a vector", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (random) => {
        const bytes = Buffer.from(random);
        orRefused(() => decodeRegistry(bytes), WireError);
        orRefused(() => decodeTimestamp(bytes), WireError);
        orRefused(() => readPrecomputedVector(bytes), WireError);
        const value = orRefused(() => decodeValue(bytes, jsonForm), WireError);
        if (value !== undefined) expect(JSON.parse(JSON.stringify(value))).toEqual(withoutMinusZero(value));
        const text = orRefused(() => decodeValue(bytes, textForm), WireError);
        if (text !== undefined) expect(() => JSON.parse(text) as unknown).not.toThrow();
      }),
      { numRuns: 5_000 },
    );
  });

  test("a value that is cut short is refused or shorter, never another one", () => {
    const stored = Buffer.from("72060a040102ac02", "hex");
    expect(decodeValue(stored, jsonForm)).toEqual([1, 2, 300]);
    for (let length = 1; length < stored.length; length++) {
      expect(() => decodeValue(stored.subarray(0, length), jsonForm)).toThrow(WireError);
    }
  });

  test("values nested without end", () => {
    let nested = Buffer.alloc(0);
    for (let depth = 0; depth < 500; depth++) {
      const inner = Buffer.concat([Buffer.from([0x0a]), varint(nested.length), nested]);
      nested = Buffer.concat([Buffer.from([0xd2, 0x02]), varint(inner.length), inner]);
    }
    expect(() => decodeValue(nested, jsonForm)).toThrow(WireError);
  });
});

describe("the values of the specification", () => {
  const vectors: readonly (readonly [string, unknown])[] = [
    ["18ffffffffffffffffff01", -1],
    ["20e907", 1001],
    ["2000", 0],
    ["208180808080808010", "9007199254740993"],
    ["29000000000000e03f", 0.5],
    ["35f5696d3f", 0.9273980259895325],
    ["3801", true],
    ["12024335", "C5"],
    ["1200", ""],
    ["0a0200ff", "AP8="],
    ["4080e2cfaa06", 1700000000],
    ["4080808080808080808001", null],
    ["980100", null],
    ["", null],
    ["7200", []],
    ["7a0a0a08000000000000e03f", [0.5]],
    ["82010a0a080000003f0000803f", [0.5, 1]],
    ["62060a01610a0162", ["a", "b"]],
    ["8a01040a020100", [true, false]],
    ["9201070a0580e2cfaa06", [1700000000]],
    ["a201090a070a016112022001", { a: 1 }],
    ["ba01030a0161", ["a"]],
    ["8202077b2261223a317d", '{"a":1}'],
    ["d202080a0672040a020102", [[1, 2]]],
    ["e20204312e3530", "1.50"],
    ["82030b0880e2cfaa061203555443", "2023-11-14T22:13:20+00:00"],
  ];
  test.each(vectors)("%s", (hex, value) => {
    expect(decodeValue(Buffer.from(hex, "hex"), jsonForm)).toEqual(value);
  });

  test("numbers that are not packed are read too", () => {
    expect(decodeValue(Buffer.from("72060801080208ac02".replace("7206", "7207"), "hex"), jsonForm)).toEqual([
      1, 2, 300,
    ]);
  });

  test("a key named __proto__ is a key like any other", () => {
    const entry = Buffer.concat([
      Buffer.from([0x0a, 9]),
      Buffer.from("__proto__"),
      Buffer.from([0x12, 2, 0x20, 1]),
    ]);
    const map = Buffer.concat([Buffer.from([0xa2, 0x01, entry.length + 2, 0x0a, entry.length]), entry]);
    const value = decodeValue(map, jsonForm) as object;
    expect(Object.keys(value)).toEqual(["__proto__"]);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });
});

describe("requests of Feast's protocol", () => {
  test("JSON reads as JSON.parse reads it, but for numbers", () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const plain = JSON.stringify(JSON.parse(text));
        const read = JSON.stringify(parsePythonJson(text), (_, each: unknown) =>
          typeof each === "bigint" ? Number(each) : isFloat(each) ? each.value : each,
        );
        expect(JSON.parse(read)).toEqual(JSON.parse(plain));
      }),
    );
  });

  test("any text is a request or refused in Feast's shape", () => {
    const pieces = fc.constantFrom(
      "{",
      "}",
      "[",
      "]",
      ",",
      ":",
      '"entities"',
      '"features"',
      '"x"',
      "1",
      "-",
      "1.5",
      "NaN",
      "null",
      " ",
      "\\",
      '"',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(pieces).map((each) => each.join("")),
        ),
        (text) => {
          orRefused(() => parsePythonJson(text), PythonJsonError);
          orRefused(() => readOnlineRequest(Buffer.from(text)), Refusal);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

function isFloat(value: unknown): value is { readonly value: number } {
  return typeof value === "object" && value !== null && value.constructor.name === "WrittenFloat";
}

function withoutMinusZero(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value)) as unknown;
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value & 127) | 128);
  return Buffer.from([...bytes, value]);
}
