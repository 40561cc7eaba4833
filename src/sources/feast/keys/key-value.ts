import type { JsonValue } from "../../../expression/value.js";
import { floatText } from "../protobuf/text-form.js";
import { valueTypes } from "../registry/model.js";

/** A number that was written with a point or an exponent, which JavaScript alone would forget. */
export class WrittenFloat {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

/** What a caller may send as a key: plain JSON, with big integers exact and floats marked, where the sender was read so. */
export type SentValue = JsonValue | bigint | WrittenFloat | readonly SentValue[];

/** One key as the store has it. A `value` of null is an unset one, which no row has. */
export interface KeyValue {
  readonly type: number;
  readonly value: string | bigint | Buffer | null;
}

/** Why a value cannot be a key. */
export class KeyMisfit {
  /** As Feast words it. */
  readonly message: string;
  /** As we word it. */
  readonly reason: string;

  constructor(message: string, reason: string) {
    this.message = message;
    this.reason = reason;
  }
}

export interface KeyRules {
  /** Feast cuts fractions off; our own steps refuse them. */
  readonly cutsFractions: boolean;
}

const whole = /^\s*([+-]?)(\d+(?:_\d+)*)\s*$/u;

/** Converts a value to the type of its join key, as Feast does. */
export function keyValue(sent: SentValue, type: number, rules: KeyRules): KeyValue | KeyMisfit {
  if (sent === null) return { type, value: null };
  switch (type) {
    case valueTypes.int64:
      return integerKey(sent, type, 64, rules);
    case valueTypes.int32:
      return integerKey(sent, type, 32, rules);
    case valueTypes.timestamp:
      return timestampKey(sent, rules);
    case valueTypes.string:
      return textKey(sent);
    case valueTypes.bytes:
      return typeof sent === "string" ? { type, value: Buffer.from(sent, "base64") } : unfit(sent);
    case valueTypes.unknown:
      return guessedKey(sent, rules);
    default:
      return unfit(sent);
  }
}

function integerKey(sent: SentValue, type: number, bits: 32 | 64, rules: KeyRules): KeyValue | KeyMisfit {
  const value = integerOf(sent, rules);
  if (value instanceof KeyMisfit) return value;
  if (BigInt.asIntN(bits, value) === value) return { type, value };
  return new KeyMisfit(`Value out of range: ${value}`, `${value} does not fit into ${bits} bits`);
}

function integerOf(sent: SentValue, { cutsFractions }: KeyRules): bigint | KeyMisfit {
  if (typeof sent === "bigint") return sent;
  if (typeof sent === "boolean") return sent ? 1n : 0n;
  const number = sent instanceof WrittenFloat ? sent.value : sent;
  if (typeof number === "number") {
    if (Number.isNaN(number)) return unfit(sent);
    if (!Number.isFinite(number))
      return new KeyMisfit("cannot convert float infinity to integer", "it is not finite");
    if (Number.isInteger(number) || cutsFractions) return BigInt(Math.trunc(number));
    return new KeyMisfit("", `${number} is no whole number`);
  }
  if (typeof number !== "string") return unfit(sent);
  const [, sign, digits] = whole.exec(number) ?? [];
  if (digits !== undefined) return BigInt(digits.replaceAll("_", "")) * (sign === "-" ? -1n : 1n);
  const message = `invalid literal for int() with base 10: '${number}'`;
  return new KeyMisfit(message, "it is no whole number");
}

function timestampKey(sent: SentValue, rules: KeyRules): KeyValue | KeyMisfit {
  const type = valueTypes.timestamp;
  if (sent instanceof WrittenFloat && rules.cutsFractions) return { type, value: -(2n ** 63n) };
  return integerKey(sent, type, 64, rules);
}

/** Numbers and booleans become the text that Python has for them. */
function textKey(sent: SentValue): KeyValue | KeyMisfit {
  const type = valueTypes.string;
  if (typeof sent === "string") return { type, value: sent };
  if (typeof sent === "boolean") return { type, value: sent ? "True" : "False" };
  if (sent instanceof WrittenFloat) return floatKey(sent);
  if (typeof sent === "bigint") return { type, value: String(sent) };
  if (typeof sent !== "number") return unfit(sent);
  return { type, value: Number.isInteger(sent) ? String(sent) : floatText(sent) };
}

/** Python's text of a float; one that is no number is a missing key there. */
function floatKey(sent: WrittenFloat): KeyValue | KeyMisfit {
  const { value } = sent;
  if (Number.isNaN(value)) return unfit(sent);
  const text = Number.isFinite(value) ? floatText(value) : value > 0 ? "inf" : "-inf";
  return { type: valueTypes.string, value: text };
}

function guessedKey(sent: SentValue, rules: KeyRules): KeyValue | KeyMisfit {
  if (typeof sent === "string") return { type: valueTypes.string, value: sent };
  if (typeof sent === "bigint" || (typeof sent === "number" && Number.isInteger(sent))) {
    return integerKey(sent, valueTypes.int64, 64, rules);
  }
  return unfit(sent);
}

function unfit(sent: SentValue): KeyMisfit {
  if (sent instanceof WrittenFloat) return unfit(sent.value);
  const kind = Array.isArray(sent)
    ? "a list"
    : typeof sent === "object"
      ? "an object"
      : `the value ${String(sent)}`;
  return new KeyMisfit("attribute name must be string, not 'NoneType'", `${kind} cannot be a key`);
}
