import type { Cancellable, SourceReply } from "../../contracts/source.js";
import type { OrchestratorError } from "../../problems/orchestrator-error.js";
import type { EngineContext } from "./run-call.js";

/** Told once how something ended. */
export interface Told<Reply> {
  succeed(reply: Reply): void;
  fail(error: OrchestratorError): void;
}

/** How long who waits for a flight will wait. */
export interface FlightContext {
  readonly deadlineMs: number;
  readonly lateMs: number;
  readonly onAttempt?: EngineContext["onAttempt"];
}

/** Begins what a flight is. */
export type BeginFlight<Reply, Context> = (context: Context, receiver: Told<Reply>) => Cancellable;

/** Equal calls, or equal runs of an endpoint, in flight, of all requests: each is made once for all who wait for it. */
export class Flights<Reply = SourceReply, Context extends FlightContext = EngineContext> {
  private readonly flights = new Map<string, Flight<Reply, Context>>();

  get size(): number {
    return this.flights.size;
  }

  has(key: string): boolean {
    return this.flights.has(key);
  }

  /** Waits for the call that is in flight under a key, or begins it. */
  join(
    key: string,
    context: Context,
    receiver: Told<Reply>,
    begin: BeginFlight<Reply, Context>,
  ): Cancellable {
    const known = this.flights.get(key);
    if (known !== undefined) return known.join(context, receiver);
    const flight = new Flight<Reply, Context>(() => this.flights.delete(key));
    this.flights.set(key, flight);
    const waiter = flight.join(context, receiver);
    flight.begin(context, begin);
    return waiter;
  }
}

/** The latest deadline of those who wait for the execution, whoever began it. */
export function withDeadlineOf(shared: FlightContext, context: EngineContext): EngineContext {
  return {
    ...context,
    get deadlineMs() {
      return shared.deadlineMs;
    },
    get lateMs() {
      return shared.lateMs;
    },
  };
}

/** One call for many who wait. It belongs to none of them: it goes on while anyone waits, and ends when nobody does. */
class Flight<Reply, Context extends FlightContext> implements Told<Reply> {
  private readonly waiters = new Map<Told<Reply>, Context>();
  private readonly forget: () => void;
  private inner: Cancellable | undefined;
  private lastToLeave: Context | undefined;

  constructor(forget: () => void) {
    this.forget = forget;
  }

  join(context: Context, receiver: Told<Reply>): Cancellable {
    this.waiters.set(receiver, context);
    return { cancel: () => this.leave(receiver) };
  }

  begin(leader: Context, begin: BeginFlight<Reply, Context>): void {
    const latest = (of: (context: Context) => number) => {
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

  succeed(reply: Reply): void {
    this.tell((receiver) => receiver.succeed(reply));
  }

  fail(error: OrchestratorError): void {
    this.tell((receiver) => receiver.fail(error));
  }

  /** What one of them does may make another leave, who is then told nothing. */
  private tell(how: (receiver: Told<Reply>) => void): void {
    this.forget();
    for (const receiver of [...this.waiters.keys()]) {
      if (this.waiters.delete(receiver)) how(receiver);
    }
  }

  private leave(receiver: Told<Reply>): void {
    const context = this.waiters.get(receiver);
    if (!this.waiters.delete(receiver) || this.waiters.size > 0) return;
    this.lastToLeave = context;
    this.forget();
    this.inner?.cancel();
  }
}
