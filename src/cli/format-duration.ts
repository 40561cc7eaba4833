/** Milliseconds in the unit that reads best: `0.42 ms`, `250 ms`, `2 s`, `5 m`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 10) return `${Number(milliseconds.toFixed(2))} ms`;
  if (milliseconds < 1_000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 120_000) return `${Number((milliseconds / 1_000).toFixed(2))} s`;
  return `${Number((milliseconds / 60_000).toFixed(1))} m`;
}
