import picocolors from "picocolors";
import { expect, test } from "vitest";
import { formatDuration } from "../../src/cli/format-duration.js";
import { secretMask } from "../../src/cli/mask-secrets.js";
import { StepTimeline } from "../../src/cli/step-timeline.js";
import { formatTable } from "../../src/cli/table.js";
import { drawWaterfall } from "../../src/cli/waterfall.js";

test.each([
  [0.4267, "0.43 ms"],
  [9.5, "9.5 ms"],
  [250.4, "250 ms"],
  [2_000, "2 s"],
  [30_000, "30 s"],
  [300_000, "5 m"],
])("%d milliseconds read as %s", (milliseconds, expected) => {
  expect(formatDuration(milliseconds)).toBe(expected);
});

test("columns are as wide as their widest cell, and no line ends in spaces", () => {
  const table = formatTable(
    ["name", "note"],
    [
      ["a", "first"],
      ["longer", ""],
    ],
  );
  expect(table).toBe("NAME    NOTE\na       first\nlonger");
});

test("values of secret variables are hidden, the longest first, also inside JSON", () => {
  const mask = secretMask({ A_TOKEN: "abcd", B_PASSWORD: 'abcd"efgh', C_KEY: "x", PLAIN: "shown" });
  expect(mask('abcd"efgh abcd x shown')).toBe("*** *** x shown");
  expect(mask(JSON.stringify('abcd"efgh'))).toBe('"***"');
});

const execution = { executionId: "1", endpoint: "a.b" };
const event = { executionId: "1", error: undefined };

test("a waterfall has a bar from the start of a step to its end", () => {
  const timeline = new StepTimeline();
  timeline.listen({ ...execution, kind: "execution-started", atMs: 1_000 });
  timeline.listen({ ...event, kind: "step-started", step: "one", atMs: 1_000 });
  timeline.listen({ ...event, kind: "call-started", step: "one", attempt: 1, parameters: {}, atMs: 1_000 });
  timeline.listen({ ...event, kind: "call-started", step: "one", attempt: 2, parameters: {}, atMs: 1_002 });
  timeline.listen({ ...event, kind: "step-ended", step: "one", status: "ok", value: 1, atMs: 1_005 });
  timeline.listen({ ...event, kind: "step-started", step: "second", atMs: 1_005 });
  timeline.listen({ ...event, kind: "step-cancelled", step: "second", atMs: 1_010 });
  timeline.listen({ ...execution, kind: "execution-ended", isComplete: true, error: undefined, atMs: 1_010 });
  expect(drawWaterfall(timeline.rows(), timeline.durationMs, 52, picocolors.createColors(false))).toEqual([
    "one     █████            5 ms  ok, 2 calls",
    "second       █████       5 ms  cancelled",
  ]);
});
