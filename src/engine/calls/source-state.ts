import type { BreakerPolicy, BulkheadPolicy } from "../../config/policy-keys.js";
import type { Clock } from "../../contracts/host.js";
import type { SourceLog } from "../../contracts/source.js";
import { Bulkhead } from "./bulkhead.js";
import { CircuitBreaker, type BreakerState } from "./circuit-breaker.js";
import { ExtraCalls } from "./extra-calls.js";
import type { HedgeState } from "./hedge.js";
import { Latencies } from "./latencies.js";

/** How a source, or one of its operations with limits of its own, is doing. */
export interface SourceCondition {
  readonly source: string;
  /** `undefined` for what all operations of the source share. */
  readonly operation: string | undefined;
  readonly breaker: BreakerState | undefined;
  readonly running: number | undefined;
  readonly waiting: number | undefined;
}

const leastRepeatsPerSecond = 10;

/** What the calls of one opened source share. Each part is made when a plan that uses it is bound. */
export class SourceState {
  private readonly name: string;
  private readonly clock: Clock;
  private readonly log: SourceLog;
  private repeatBudget: ExtraCalls | undefined;
  private readonly hedges = new Map<string, HedgeState>();
  private readonly breakers = new Map<string | undefined, CircuitBreaker>();
  private readonly bulkheads = new Map<string | undefined, Bulkhead>();

  constructor(name: string, clock: Clock, log: SourceLog) {
    this.name = name;
    this.clock = clock;
    this.log = log;
  }

  repeats(): ExtraCalls {
    return (this.repeatBudget ??= new ExtraCalls(leastRepeatsPerSecond, this.clock));
  }

  /** Operations differ in how long they take, so each has its own percentile. */
  hedge(operation: string): HedgeState {
    return made(this.hedges, operation, () => ({
      extra: new ExtraCalls(0, this.clock),
      latencies: new Latencies(),
    }));
  }

  breaker(policy: BreakerPolicy, operation: string): CircuitBreaker {
    const owner = policy.isOperations ? operation : undefined;
    return made(this.breakers, owner, () => {
      return new CircuitBreaker(policy, this.clock, (state) => this.tell(state, owner));
    });
  }

  bulkhead(policy: BulkheadPolicy, operation: string): Bulkhead {
    const owner = policy.isOperations ? operation : undefined;
    return made(this.bulkheads, owner, () => new Bulkhead(policy));
  }

  conditions(): readonly SourceCondition[] {
    const owners = new Set([...this.breakers.keys(), ...this.bulkheads.keys()]);
    return [...owners].map((operation) => ({
      source: this.name,
      operation,
      breaker: this.breakers.get(operation)?.state,
      running: this.bulkheads.get(operation)?.load.running,
      waiting: this.bulkheads.get(operation)?.load.waiting,
    }));
  }

  private tell(state: BreakerState, operation: string | undefined): void {
    const facts = { source: this.name, ...(operation === undefined ? {} : { operation }), state };
    this.log(state === "open" ? "warn" : "info", `The circuit breaker is ${words[state]}.`, facts);
  }
}

const words: Readonly<Record<BreakerState, string>> = {
  closed: "closed again",
  open: "open: calls fail at once",
  half_open: "half open: a few calls probe the source",
};

function made<Key, Value>(known: Map<Key, Value>, key: Key, make: () => Value): Value {
  const found = known.get(key);
  if (found !== undefined) return found;
  const value = make();
  known.set(key, value);
  return value;
}
