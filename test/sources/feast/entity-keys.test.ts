import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { KeyEncoder, type KeyLayout } from "../../../src/sources/feast/keys/key-encoder.js";
import { layoutOf } from "../../../src/sources/feast/keys/key-layout.js";
import {
  keyValue,
  KeyMisfit,
  WrittenFloat,
  type KeyValue,
} from "../../../src/sources/feast/keys/key-value.js";
import { murmur128, murmur32 } from "../../../src/sources/feast/keys/murmur.js";
import { fieldOf } from "../../../src/sources/feast/online/redis-store.js";
import { fixtures } from "./feast-project.js";

interface Vector {
  readonly version: KeyLayout;
  readonly join_keys: readonly string[];
  readonly types: readonly string[];
  readonly values: readonly string[];
  readonly hex?: string;
  readonly error?: string;
  readonly entity_id?: string;
  readonly redis_keys?: Readonly<Record<string, string>>;
}

interface Vectors {
  readonly vectors: readonly Vector[];
  readonly redis_fields: readonly {
    readonly view: string;
    readonly feature: string;
    readonly field_hex: string;
  }[];
}

const recorded = JSON.parse(readFileSync(join(fixtures, "entity-keys.json"), "utf8")) as Vectors;
const types: Readonly<Record<string, number>> = {
  BYTES: 1,
  STRING: 2,
  INT32: 3,
  INT64: 4,
  UNIX_TIMESTAMP: 8,
};
const rules = { cutsFractions: false };

function valuesOf({ types: names, values }: Vector): readonly KeyValue[] {
  return values.map((value, index) => keyValue(value, types[names[index]!]!, rules) as KeyValue);
}

describe("entity keys as Feast itself writes them", () => {
  for (const [index, vector] of recorded.vectors.entries()) {
    test(`${index}: version ${vector.version}, ${vector.join_keys.join(" ")} ${vector.types.join(" ")}`, () => {
      // Feast 0.40 had no keys of this type; writing one finds nothing, which is what it would say.
      if (vector.version === "3-legacy" && vector.types.includes("UNIX_TIMESTAMP")) return;
      const encode = () => new KeyEncoder(vector.join_keys, vector.version).encode(valuesOf(vector));
      if (vector.hex === undefined && vector.join_keys.length > 0) return expect(encode).toThrow();
      if (vector.hex === undefined) return;
      const key = encode();
      expect(key.toString("hex")).toBe(vector.hex);
      if (vector.entity_id !== undefined) expect(murmur128(key)).toBe(vector.entity_id);
      for (const [project, hex] of Object.entries(vector.redis_keys ?? {})) {
        const suffix = Buffer.from(project, "utf8");
        const ofRedis = new KeyEncoder(vector.join_keys, vector.version, suffix).encode(valuesOf(vector));
        expect(ofRedis.toString("hex")).toBe(hex);
      }
      if (vector.join_keys.length > 0 && vector.version === "3-legacy")
        expect(layoutOf(3, key)).toBe("3-legacy");
      if (vector.version === 3) expect(layoutOf(3, key)).toBe(3);
    });
  }

  test("fields of Redis", () => {
    for (const entry of recorded.redis_fields) {
      expect(fieldOf(entry.view, entry.feature).toString("hex")).toBe(entry.field_hex);
    }
  });

  test("hashes of the specification", () => {
    expect(murmur32(Buffer.from("hello")).readUInt32LE(0)).toBe(613153351);
    expect(murmur32(Buffer.from("用户:特征")).toString("hex")).toBe("85f4ce35");
    expect(murmur128(Buffer.from("0123456789abcdefg"))).toBe("def945aa2d61328eee72c306c2f40008");
    expect(murmur128(Buffer.from(""))).toBe("0".repeat(32));
  });
});

describe("random keys of every type come back from their bytes, in every layout", () => {
  const name = fc.string({ unit: "grapheme", minLength: 1, maxLength: 8 });
  const integer = (bits: number) =>
    fc.bigInt({ min: -(2n ** BigInt(bits - 1)), max: 2n ** BigInt(bits - 1) - 1n });
  const bytes = fc.uint8Array({ maxLength: 12 }).map((each) => Buffer.from(each));
  const value = (version: KeyLayout): fc.Arbitrary<KeyValue> =>
    fc.oneof(
      bytes.map((value) => ({ type: types["BYTES"]!, value })),
      fc.string({ unit: "grapheme" }).map((value) => ({ type: types["STRING"]!, value })),
      integer(32).map((value) => ({ type: types["INT32"]!, value })),
      integer(version === 1 ? 32 : 64).map((value) => ({ type: types["INT64"]!, value })),
      integer(64).map((value) => ({ type: types["UNIX_TIMESTAMP"]!, value })),
    );

  test.each([1, 2, 3, "3-legacy"] as const)("%s", (version) => {
    const keys = fc.uniqueArray(fc.tuple(name, value(version)), {
      selector: ([each]) => each,
      minLength: 1,
      maxLength: 5,
    });
    fc.assert(
      fc.property(keys, (given) => {
        const names = given.map(([each]) => each);
        const key = new KeyEncoder(names, version).encode(given.map(([, each]) => each));
        const sorted = [...given].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
        expect(
          decoded(
            key,
            sorted.map(([each]) => each),
            version,
          ),
        ).toEqual(sorted.map(([, each]) => each));
      }),
    );
  });
});

/** The values of a key, in the order of their bytes: names first, then type, length and bytes of each value. */
function decoded(key: Buffer, names: readonly string[], version: KeyLayout): readonly KeyValue[] {
  let at = 0;
  const number = () => key.readUInt32LE((at += 4) - 4);
  const block = (length: number) => key.subarray(at, (at += length));
  if (version === 3) expect(number()).toBe(names.length);
  for (const name of names) {
    expect(number()).toBe(types["STRING"]);
    const length = Buffer.byteLength(name);
    if (version === 3) expect(number()).toBe(length);
    // These releases counted characters.
    if (version === "3-legacy") expect(number()).toBe([...name].length);
    expect(block(length).toString("utf8")).toBe(name);
  }
  const values = names.map(() => {
    const type = number();
    const data = block(number());
    if (type === types["BYTES"]) return { type, value: Buffer.from(data) };
    if (type === types["STRING"]) return { type, value: data.toString("utf8") };
    return { type, value: data.length === 4 ? BigInt(data.readInt32LE()) : data.readBigInt64LE() };
  });
  expect(at).toBe(key.length);
  return values;
}

describe("what a caller may send as a key", () => {
  const convert = (sent: Parameters<typeof keyValue>[0], type: number, cutsFractions = false) => {
    const found = keyValue(sent, type, { cutsFractions });
    return found instanceof KeyMisfit ? "misfit" : found.value;
  };

  test("random integers of either size come back exactly, as numbers and as text", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
        expect(convert(value, 4)).toBe(value);
        expect(convert(String(value), 4)).toBe(value);
        expect(convert(value, 3)).toBe(BigInt.asIntN(32, value) === value ? value : "misfit");
        const key = new KeyEncoder(["k"], 3).encode([{ type: 4, value }]);
        expect(key.readBigInt64LE(key.length - 8)).toBe(value);
      }),
    );
  });

  test("random texts of any join keys keep their bytes, whatever the order they are given in", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ unit: "grapheme", minLength: 1 }), fc.string({ unit: "grapheme" }), {
          minKeys: 1,
          maxKeys: 5,
        }),
        (keys) => {
          const names = Object.keys(keys);
          const of = (order: readonly string[]) =>
            new KeyEncoder(order, 3)
              .encode(order.map((name) => ({ type: 2, value: keys[name]! })))
              .toString("hex");
          expect(of([...names].reverse())).toBe(of(names));
          expect(layoutOf(3, Buffer.from(of(names), "hex"))).toBe(3);
        },
      ),
    );
  });

  test("Python's readings of text and numbers", () => {
    expect(convert(" 31 ", 4)).toBe(31n);
    expect(convert("3_1", 4)).toBe(31n);
    expect(convert("-0", 4)).toBe(0n);
    expect(convert("31.0", 4)).toBe("misfit");
    expect(convert("", 4)).toBe("misfit");
    expect(convert(true, 4)).toBe(1n);
    expect(convert(7.5, 4)).toBe("misfit");
    expect(convert(7.5, 4, true)).toBe(7n);
    expect(convert(-0.9, 4, true)).toBe(0n);
    expect(convert(new WrittenFloat(1), 2)).toBe("1.0");
    expect(convert(1, 2)).toBe("1");
    expect(convert(false, 2)).toBe("False");
  });
});
