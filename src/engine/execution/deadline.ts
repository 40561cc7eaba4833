import type { Cancel, Clock } from "../../contracts/host.js";
import type { FlightContext } from "../calls/flights.js";

/** Who is told that time runs out. */
export interface DeadlineOwner {
  reachMargin(): void;
  reachDeadline(): void;
}

/** The time of one execution: its end, which moves for as long as others wait for it, and a margin before. */
export class Deadline {
  private readonly clock: Clock;
  private readonly owner: DeadlineOwner;
  private readonly shared: FlightContext | undefined;
  private stops: Cancel[] = [];

  constructor(clock: Clock, owner: DeadlineOwner, shared: FlightContext | undefined) {
    this.clock = clock;
    this.owner = owner;
    this.shared = shared;
  }

  /** Begins, or begins anew. */
  start(timeoutMs: number, marginMs: number | undefined): void {
    this.stop();
    this.stops = [this.clock.after(timeoutMs, () => this.reachEnd())];
    if (marginMs !== undefined) {
      this.stops.push(this.clock.after(timeoutMs - marginMs, () => this.owner.reachMargin()));
    }
  }

  stop(): void {
    for (const stop of this.stops) stop();
  }

  private reachEnd(): void {
    const leftMs = (this.shared?.deadlineMs ?? 0) - this.clock.monotonicMs();
    if (leftMs > 0) this.stops.push(this.clock.after(leftMs, () => this.reachEnd()));
    else this.owner.reachDeadline();
  }
}
