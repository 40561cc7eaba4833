import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { collectorFlags } from "../../src/server/collector-flags.js";

test("one processor collects with one thread, and this Node.js knows the flag", () => {
  const flags = collectorFlags(1)!;
  const script = `require("node:v8").setFlagsFromString("${flags}"); globalThis.kept = Array(1e6).fill().map(() => ({}));`;
  const { status, stderr } = spawnSync(process.execPath, ["-e", script], { encoding: "utf8" });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
});

test("several are left to V8", () => {
  expect(collectorFlags(2)).toBeUndefined();
  expect(collectorFlags(64)).toBeUndefined();
});
