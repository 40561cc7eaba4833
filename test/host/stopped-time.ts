import { onTestFinished, vi } from "vitest";

export interface StoppedTime {
  pass(ms: number): void;
}

/** What never jumps stands still until the test is over, but for what it lets pass. Timers go on. */
export function stoppedTime(): StoppedTime {
  let nowMs = performance.now();
  const clock = vi.spyOn(performance, "now").mockImplementation(() => nowMs);
  onTestFinished(() => clock.mockRestore());
  return { pass: (ms) => void (nowMs += ms) };
}
