import type { Clock } from "../../contracts/host.js";

const slots = 10;

/** Two counts over the last `windowMs`, kept in ten slots that the clock alone empties: no timer, no list. */
export class SlidingWindow {
  private readonly clock: Clock;
  private readonly slotMs: number;
  private readonly all: number[] = new Array<number>(slots).fill(0);
  private readonly marked: number[] = new Array<number>(slots).fill(0);
  private newest = 0;

  constructor(windowMs: number, clock: Clock) {
    this.clock = clock;
    this.slotMs = windowMs / slots;
    this.newest = this.now();
  }

  /** Counts one; where it is marked, it counts in both. */
  count(isMarked: boolean): void {
    const slot = this.advance() % slots;
    this.all[slot]! += 1;
    if (isMarked) this.marked[slot]! += 1;
  }

  /** What was counted in the window, and how much of that was marked. */
  totals(): { readonly all: number; readonly marked: number } {
    this.advance();
    return { all: sum(this.all), marked: sum(this.marked) };
  }

  /** What was marked in the newest slot alone. */
  markedNow(): number {
    return this.marked[this.advance() % slots]!;
  }

  clear(): void {
    this.all.fill(0);
    this.marked.fill(0);
  }

  /** Empties the slots that time has passed over, and answers the number of the newest. */
  private advance(): number {
    const now = this.now();
    for (let slot = Math.max(this.newest + 1, now - slots + 1); slot <= now; slot++) {
      this.all[slot % slots] = 0;
      this.marked[slot % slots] = 0;
    }
    this.newest = now;
    return now;
  }

  private now(): number {
    return Math.floor(this.clock.monotonicMs() / this.slotMs);
  }
}

function sum(numbers: readonly number[]): number {
  let total = 0;
  for (const each of numbers) total += each;
  return total;
}
