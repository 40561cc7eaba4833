import type { EventListener, ExecutionEvent } from "../../contracts/events.js";

/** Collects how long each step took, for the `Server-Timing` header. */
export class ServerTiming {
  private readonly startedAtMs = new Map<string, number>();
  private readonly entries: string[] = [];

  readonly listener: EventListener = (event) => this.note(event);

  /** `customer;dur=1.2;desc="ok", …`, in the order in which the steps ended. */
  header(): string {
    return this.entries.join(", ");
  }

  private note(event: ExecutionEvent): void {
    if (event.kind === "step-started") this.startedAtMs.set(event.step, event.atMs);
    else if (event.kind === "step-ended") this.end(event.step, event.status, event.atMs);
    else if (event.kind === "step-cancelled") this.end(event.step, "cancelled", event.atMs);
  }

  private end(step: string, status: string, atMs: number): void {
    const durationMs = atMs - (this.startedAtMs.get(step) ?? atMs);
    this.entries.push(`${step};dur=${Math.round(durationMs * 1000) / 1000};desc="${status}"`);
  }
}
