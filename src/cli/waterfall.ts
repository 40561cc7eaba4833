import { formatDuration } from "./format-duration.js";
import type { Colours } from "./shell.js";
import type { StepTiming } from "./step-timeline.js";

/** One line a step: its name, a bar from its start to its end, how long it took, and how it ended. */
export function drawWaterfall(
  rows: readonly StepTiming[],
  totalMs: number,
  width: number,
  colours: Colours,
): readonly string[] {
  const nameWidth = Math.max(4, ...rows.map((row) => row.step.length));
  const barWidth = Math.max(10, Math.min(60, width - nameWidth - 36));
  return rows.map((row) => {
    const bar = paint(row, colours)(drawBar(row, totalMs, barWidth));
    const duration = formatDuration(row.endMs - row.startMs).padStart(9);
    return `${row.step.padEnd(nameWidth)}  ${bar}  ${duration}  ${ending(row)}`;
  });
}

function drawBar({ startMs, endMs }: StepTiming, totalMs: number, width: number): string {
  const scale = totalMs > 0 ? width / totalMs : 0;
  const start = Math.min(width - 1, Math.floor(startMs * scale));
  const length = Math.max(1, Math.min(width - start, Math.round((endMs - startMs) * scale)));
  return `${" ".repeat(start)}${"█".repeat(length)}${" ".repeat(width - start - length)}`;
}

function ending({ status, attempts, error }: StepTiming): string {
  const tries = attempts > 1 ? `, ${attempts} calls` : "";
  return `${status}${tries}${error === undefined ? "" : ` (${error.code})`}`;
}

function paint({ status }: StepTiming, colours: Colours): (text: string) => string {
  if (status === "ok" || status === "cached") return colours.green;
  if (status === "skipped") return colours.dim;
  return status === "fallback" || status === "stale" ? colours.yellow : colours.red;
}
