import type { Clock } from "../../contracts/host.js";
import { SlidingWindow } from "./sliding-window.js";

const windowMs = 10_000;

/**
 * How many calls may be made beside those that were asked for, so that repeats and hedges never become a load of
 * their own. One for each opened source.
 */
export class ExtraCalls {
  private readonly window: SlidingWindow;
  private readonly leastPerSecond: number;

  /** `leastPerSecond` extra calls are allowed however few calls there are. */
  constructor(leastPerSecond: number, clock: Clock) {
    this.window = new SlidingWindow(windowMs, clock);
    this.leastPerSecond = leastPerSecond;
  }

  /** A call that was asked for. */
  countCall(): void {
    this.window.count(false);
  }

  /** Takes one extra call where the share of the last ten seconds' calls, or the least, allows it. */
  take(share: number): boolean {
    const { all, marked } = this.window.totals();
    const isAllowed = this.window.markedNow() < this.leastPerSecond || marked < share * (all - marked);
    if (isAllowed) this.window.count(true);
    return isAllowed;
  }
}
