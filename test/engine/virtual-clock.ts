import type { Clock } from "../../src/contracts/host.js";

/** A clock that moves only when a test says so; timers fire in order of their time. */
export class VirtualClock implements Clock {
  private now = 0;
  private readonly timers = new Set<{ readonly atMs: number; readonly run: () => void }>();

  nowMs(): number {
    return 1_700_000_000_000 + this.now;
  }

  monotonicMs(): number {
    return this.now;
  }

  after(delayMs: number, run: () => void): () => void {
    const timer = { atMs: this.now + delayMs, run };
    this.timers.add(timer);
    return () => this.timers.delete(timer);
  }

  /** How many timers wait: none may be left when an execution is over. */
  get pending(): number {
    return this.timers.size;
  }

  async advance(byMs: number): Promise<void> {
    const until = this.now + byMs;
    for (;;) {
      const next = [...this.timers].filter(({ atMs }) => atMs <= until).sort((a, b) => a.atMs - b.atMs)[0];
      if (next === undefined) break;
      this.timers.delete(next);
      this.now = next.atMs;
      next.run();
      await settled();
    }
    this.now = until;
    await settled();
  }
}

/** Lets everything that waits for a microtask happen. */
export async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
