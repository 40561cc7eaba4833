import type { Cancellable, Receiver, SourceReply } from "../contracts/source.js";
import type { OrchestratorError } from "../problems/orchestrator-error.js";
import type { EngineContext } from "./run-call.js";

/** Begins the call that a flight is. */
export type BeginFlight = (context: EngineContext, receiver: Receiver) => Cancellable;

/** Equal calls in flight, of all requests: each is made once for all who wait for it. */
export class Flights {
  private readonly flights = new Map<string, Flight>();

  get size(): number {
    return this.flights.size;
  }

  has(key: string): boolean {
    return this.flights.has(key);
  }

  /** Waits for the call that is in flight under a key, or begins it. */
  join(key: string, context: EngineContext, receiver: Receiver, begin: BeginFlight): Cancellable {
    const known = this.flights.get(key);
    if (known !== undefined) return known.join(context, receiver);
    const flight = new Flight(() => this.flights.delete(key));
    this.flights.set(key, flight);
    const waiter = flight.join(context, receiver);
    flight.begin(context, begin);
    return waiter;
  }
}

/** One call for many who wait. It belongs to none of them: it goes on while anyone waits, and ends when nobody does. */
class Flight implements Receiver {
  private readonly waiters = new Map<Receiver, EngineContext>();
  private readonly forget: () => void;
  private inner: Cancellable | undefined;
  private lastToLeave: EngineContext | undefined;

  constructor(forget: () => void) {
    this.forget = forget;
  }

  join(context: EngineContext, receiver: Receiver): Cancellable {
    this.waiters.set(receiver, context);
    return { cancel: () => this.leave(receiver) };
  }

  begin(leader: EngineContext, begin: BeginFlight): void {
    const latest = (of: (context: EngineContext) => number) => {
      const waiting = this.waiters.size > 0 ? [...this.waiters.values()] : [this.lastToLeave ?? leader];
      return waiting.reduce((most, context) => Math.max(most, of(context)), -Infinity);
    };
    const waits = () => [...this.waiters.values()].includes(leader);
    this.inner = begin(
      {
        ...leader,
        /** The latest of those who wait, whoever began. */
        get deadlineMs() {
          return latest((context) => context.deadlineMs);
        },
        get lateMs() {
          return latest((context) => context.lateMs);
        },
        get onAttempt() {
          return waits() ? leader.onAttempt : undefined;
        },
      },
      this,
    );
  }

  succeed(reply: SourceReply): void {
    this.tell((receiver) => receiver.succeed(reply));
  }

  fail(error: OrchestratorError): void {
    this.tell((receiver) => receiver.fail(error));
  }

  /** What one of them does may make another leave, who is then told nothing. */
  private tell(how: (receiver: Receiver) => void): void {
    this.forget();
    for (const receiver of [...this.waiters.keys()]) {
      if (this.waiters.delete(receiver)) how(receiver);
    }
  }

  private leave(receiver: Receiver): void {
    const context = this.waiters.get(receiver);
    if (!this.waiters.delete(receiver) || this.waiters.size > 0) return;
    this.lastToLeave = context;
    this.forget();
    this.inner?.cancel();
  }
}
