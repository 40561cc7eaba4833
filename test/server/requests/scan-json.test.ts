import { assert, json, property, string, tuple, nat, constantFrom } from "fast-check";
import { expect, test } from "vitest";
import { scanJson } from "../../../src/server/requests/scan-json.js";

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

test("finds a fault of syntax exactly where JSON.parse does", () => {
  const damaged = tuple(json(), nat(), constantFrom("", ",", "}", '"', "0", "\\", "\n", "-", "e", "[")).map(
    ([text, at, piece]) => {
      const place = at % (text.length + 1);
      return text.slice(0, place) + piece + text.slice(place + (at % 2));
    },
  );
  const agrees = (text: string) => {
    expect(scanJson(text)?.kind === "syntax").toBe(!isJson(text));
  };
  assert(property(damaged, agrees), { numRuns: 2_000 });
  assert(property(string(), agrees));
});

test("reads long texts without running out of stack", () => {
  expect(scanJson(JSON.stringify("\\\n".repeat(500_000)))).toBeUndefined();
  expect(scanJson(JSON.stringify(Array.from({ length: 100_000 }, (_, index) => index)))).toBeUndefined();
  expect(scanJson("[".repeat(1_000_000))).toEqual({ kind: "depth" });
});

test("stops after a hundred violations", () => {
  const fault = scanJson(`[${"9007199254740993,".repeat(500)}0]`);
  expect(fault?.kind === "values" && fault.violations.length).toBe(100);
});
