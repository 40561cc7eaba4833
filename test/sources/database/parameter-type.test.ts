import { expect, test } from "vitest";
import type { JsonValue } from "../../../src/expression/value.js";
import {
  converterFor,
  Misfit,
  type BoundValue,
  type ParameterType,
} from "../../../src/sources/database/parameter-type.js";

const convert = (type: ParameterType | undefined, value: JsonValue) => converterFor(type, false)(value);

test.each<[ParameterType | undefined, JsonValue, BoundValue]>([
  ["string", "a", "a"],
  ["string", "", ""],
  ["integer", 5, 5n],
  ["integer", -0, 0n],
  ["integer", "5", 5n],
  ["integer", "+5", 5n],
  ["integer", "-9007199254740993", -9007199254740993n],
  ["integer", "9223372036854775807", 2n ** 63n - 1n],
  ["integer", "-9223372036854775808", -(2n ** 63n)],
  ["number", 1.5, 1.5],
  ["number", 2, 2],
  ["number", "2.50", 2.5],
  ["number", "1e3", 1000],
  ["boolean", true, 1n],
  ["boolean", 0, 0n],
  ["date", "2024-02-29", "2024-02-29"],
  ["timestamp", "2026-01-31T10:00:00Z", "2026-01-31 10:00:00"],
  ["timestamp", "2026-01-31 10:00", "2026-01-31 10:00:00"],
  ["timestamp", "2026-01-31T10:00:00+05:30", "2026-01-31 04:30:00"],
  ["timestamp", "2026-01-31T23:30:00-0100", "2026-02-01 00:30:00"],
  ["timestamp", "2026-01-31T10:00:00.123456Z", "2026-01-31 10:00:00.123456"],
  ["json", { a: [1, null] }, '{"a":[1,null]}'],
  ["json", [1, 2], "[1,2]"],
  ["json", "a", '"a"'],
  [undefined, "a", "a"],
  [undefined, 5, 5n],
  [undefined, 1.5, 1.5],
  [undefined, true, 1n],
])("%s takes %j as %s", (type, value, bound) => {
  expect(convert(type, value)).toBe(bound);
});

test.each<[ParameterType | undefined, JsonValue, string]>([
  ["string", 5, "text is expected, but it is a number"],
  ["string", "a\0b", "it holds a NUL character"],
  ["string", ["a"], "text is expected, but it is a list"],
  ["integer", 1.5, "a whole number below 2^53, or its digits as text is expected, but it is a number"],
  ["integer", 2 ** 53, "a whole number below 2^53, or its digits as text is expected, but it is a number"],
  ["integer", "1.0", "a whole number is expected, but it is a text that is none"],
  ["integer", "", "a whole number is expected, but it is a text that is none"],
  ["integer", "9223372036854775808", "it does not fit into 64 bits"],
  ["integer", true, "a whole number is expected, but it is a boolean"],
  ["number", "0x10", "a number is expected, but it is a text that is none"],
  ["number", "", "a number is expected, but it is a text that is none"],
  ["boolean", "true", "true or false is expected, but it is a text that is none"],
  ["boolean", 2, "true or false is expected, but it is a number"],
  ["date", "2023-02-29", "a day as YYYY-MM-DD is expected, but it is a text that is none"],
  ["date", "2026-1-1", "a day as YYYY-MM-DD is expected, but it is a text that is none"],
  [
    "timestamp",
    "2026-01-31T24:00:00Z",
    "an ISO 8601 time such as 2026-01-31T10:00:00Z is expected, but it is a text that is none",
  ],
  [
    "timestamp",
    "2026-01-31",
    "an ISO 8601 time such as 2026-01-31T10:00:00Z is expected, but it is a text that is none",
  ],
  [undefined, { a: 1 }, "a single value is expected, but it is an object"],
  [undefined, [1], "a single value is expected, but it is a list"],
  [undefined, "\0", "it holds a NUL character"],
])("%s refuses %j", (type, value, reason) => {
  expect(convert(type, value)).toEqual(new Misfit(reason));
});
