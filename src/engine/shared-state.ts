import type { Clock } from "../contracts/host.js";
import type { CacheStore } from "../contracts/cache-store.js";
import type { SourceLog } from "../contracts/source.js";
import { Flights } from "./flights.js";
import { SourceState, type SourceCondition } from "./source-state.js";

/** What the executions of one service share. Lives as long as its opened sources. */
export class SharedState {
  /** The calls of all requests that equal ones join. */
  readonly flights = new Flights();
  readonly cache: CacheStore;
  private readonly clock: Clock;
  private readonly log: SourceLog;
  private readonly sources = new Map<string, SourceState>();

  constructor(cache: CacheStore, clock: Clock, log: SourceLog) {
    this.cache = cache;
    this.clock = clock;
    this.log = log;
  }

  of(sourceId: string): SourceState {
    const known = this.sources.get(sourceId);
    if (known !== undefined) return known;
    const made = new SourceState(sourceId, this.clock, this.log);
    this.sources.set(sourceId, made);
    return made;
  }

  /** The breakers and bulkheads of all sources that have any. */
  conditions(): readonly SourceCondition[] {
    return [...this.sources.values()].flatMap((state) => state.conditions());
  }
}
