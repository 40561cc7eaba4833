import type { Clock } from "../contracts/host.js";
import type { CacheStore } from "../contracts/cache-store.js";
import type { IdempotencyStore } from "../contracts/idempotency-store.js";
import type { Meter } from "../contracts/meter.js";
import type { SourceLog } from "../contracts/source.js";
import { Background } from "./execution/background.js";
import type { ExecutionResult } from "./execution/execution-input.js";
import { Flights, type FlightContext } from "./calls/flights.js";
import type { IdempotencyTools } from "./replies/idempotent-run.js";
import type { ShadowCounts } from "./calls/shadow.js";
import { SourceState, type SourceCondition } from "./calls/source-state.js";

/** What became of the copies of the calls of a step. */
export interface ShadowCondition {
  /** `<domain>.<endpoint>.<step>` */
  readonly step: string;
  readonly operation: string;
  readonly counts: Readonly<ShadowCounts>;
}

/** What the executions of one service share. Lives as long as its opened sources. */
export class SharedState {
  /** The calls of all requests that equal ones join. */
  readonly flights = new Flights();
  /** The runs of endpoints that equal requests join. */
  readonly replies = new Flights<ExecutionResult, FlightContext>();
  readonly cache: CacheStore;
  /** Where what happens is counted; `undefined` where nobody looks. */
  readonly meter: Meter | undefined;
  readonly background: Background;
  private readonly idempotency: IdempotencyStore | undefined;
  private readonly clock: Clock;
  private readonly log: SourceLog;
  private readonly sources = new Map<string, SourceState>();
  private readonly shadows = new Map<string, ShadowCondition>();

  constructor(
    cache: CacheStore,
    clock: Clock,
    log: SourceLog,
    meter?: Meter,
    idempotency?: IdempotencyStore,
  ) {
    this.meter = meter;
    this.idempotency = idempotency;
    this.cache = cache;
    this.clock = clock;
    this.log = log;
    this.background = new Background(log);
  }

  of(sourceId: string): SourceState {
    const known = this.sources.get(sourceId);
    if (known !== undefined) return known;
    const made = new SourceState(sourceId, this.clock, this.log);
    this.sources.set(sourceId, made);
    return made;
  }

  /** For endpoints with `idempotency`: where there is one, there is a store. */
  idempotencyTools(): IdempotencyTools {
    return { store: this.idempotency!, clock: this.clock, log: this.log };
  }

  /** The counts of a shadow of a step, which is `place`. */
  shadowCounts(place: string, operation: string): ShadowCounts {
    const counts = { sent: 0, dropped: 0, failed: 0, timedOut: 0, agreed: 0, differed: 0, uncompared: 0 };
    this.shadows.set(`${place} ${operation}`, { step: place, operation, counts });
    return counts;
  }

  shadowConditions(): readonly ShadowCondition[] {
    return [...this.shadows.values()];
  }

  /** The breakers and bulkheads of all sources that have any. */
  conditions(): readonly SourceCondition[] {
    return [...this.sources.values()].flatMap((state) => state.conditions());
  }
}
