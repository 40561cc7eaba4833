import { expect, test } from "vitest";
import { OutputLines } from "../../../src/connections/kept/output-lines.js";

function collected() {
  const told: string[] = [];
  const clock = { nowMs: 0 };
  const lines = new OutputLines(
    (line, stream) => told.push(`${stream}: ${line}`),
    () => clock.nowMs,
  );
  return { told, clock, lines };
}

test("lines are told as they end, wherever the pieces are cut, and each stream for itself", () => {
  const { told, lines } = collected();
  const bytes = Buffer.from("eins\nzwölf\r\ndrei");
  for (const byte of bytes) lines.add(Buffer.from([byte]), "stdout");
  lines.add(Buffer.from("oops\n"), "stderr");
  expect(told).toEqual(["stdout: eins", "stdout: zwölf", "stderr: oops"]);
  lines.close();
  expect(told.at(-1)).toBe("stdout: drei");
});

test("a megabyte without an end is one line of 8 KiB", () => {
  const { told, lines } = collected();
  for (let piece = 0; piece < 1_024; piece++) lines.add(Buffer.alloc(1_024, "x"), "stdout");
  lines.add(Buffer.from("\nnext\n"), "stdout");
  expect(told).toEqual([`stdout: ${"x".repeat(8_192)}… (1048576 characters)`, "stdout: next"]);
});

test("more than a hundred lines a second are dropped and counted; the last fifty are kept", () => {
  const { told, clock, lines } = collected();
  for (let line = 0; line < 250; line++) lines.add(Buffer.from(`${line}\n`), "stdout");
  expect(told).toHaveLength(100);
  expect(lines.last).toEqual(Array.from({ length: 50 }, (_, index) => String(200 + index)));
  clock.nowMs = 1_000;
  lines.add(Buffer.from("later\n"), "stdout");
  expect(told.slice(100)).toEqual(["stdout: … 150 lines dropped", "stdout: later"]);
});
