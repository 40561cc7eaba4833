import { performance } from "node:perf_hooks";
import { LRUCache } from "lru-cache";
import type { LimitedRequest, RequestCounter, Standing } from "../limits/request-counts.js";
import type { Counted, CountRequests } from "./count-messages.js";

export interface ParentCountsOptions {
  /** Asks the parent, whose answer comes to `answer`. */
  readonly ask: (message: CountRequests) => void;
  readonly nowMs?: () => number;
  /** After as long the parent counts as one that does not answer. */
  readonly patienceMs?: number;
}

type Tell = (standing: Standing | undefined) => void;

interface Batch {
  readonly requests: LimitedRequest[];
  readonly tells: Tell[];
  timer?: NodeJS.Timeout;
}

const defaultPatienceMs = 1_000;
/** Of how many callers a worker remembers that they are over a limit. */
const mostRefused = 10_000;

/**
 * Requests of a worker, counted in the parent with those of all others. What comes in one turn of the event loop is
 * asked for in one message; whoever is over a limit is refused without asking until its next time begins.
 */
export class ParentCounts implements RequestCounter {
  private readonly options: ParentCountsOptions;
  private readonly nowMs: () => number;
  private readonly refused = new LRUCache<string, { readonly limit: number; readonly endsMs: number }>({
    max: mostRefused,
  });
  private readonly asked = new Map<number, Batch>();
  private gathered: Batch | undefined;
  private batches = 0;

  constructor(options: ParentCountsOptions) {
    this.options = options;
    this.nowMs = options.nowMs ?? (() => performance.now());
  }

  count(request: LimitedRequest, tell: Tell): void {
    const standing = this.knownRefusal(request);
    if (standing !== undefined) return tell(standing);
    if (this.gathered === undefined) {
      this.gathered = { requests: [], tells: [] };
      setImmediate(() => this.ask());
    }
    this.gathered.requests.push(request);
    this.gathered.tells.push(tell);
  }

  private knownRefusal({ name, limit }: LimitedRequest): Standing | undefined {
    const known = this.refused.get(name);
    if (known === undefined || known.limit !== limit) return undefined;
    const resetMs = Math.ceil(known.endsMs - this.nowMs());
    return resetMs > 0 ? { limit, remaining: 0, resetMs, isOver: true } : undefined;
  }

  answer({ batch, standings }: Counted): void {
    const nowMs = this.nowMs();
    this.asked.get(batch)?.requests.forEach(({ name }, index) => {
      const { isOver, limit, resetMs } = standings[index]!;
      if (isOver) this.refused.set(name, { limit, endsMs: nowMs + resetMs });
    });
    this.settle(batch, standings);
  }

  private ask(): void {
    const { ask, patienceMs = defaultPatienceMs } = this.options;
    const batch = this.gathered!;
    const number = ++this.batches;
    this.gathered = undefined;
    this.asked.set(number, batch);
    batch.timer = setTimeout(() => this.settle(number, []), patienceMs);
    ask({ kind: "count", batch: number, requests: batch.requests });
  }

  private settle(number: number, standings: readonly Standing[]): void {
    const batch = this.asked.get(number);
    if (batch === undefined) return;
    this.asked.delete(number);
    clearTimeout(batch.timer);
    batch.tells.forEach((tell, index) => tell(standings[index]));
  }
}

/** For a process that is a worker. Where there is no parent any more, this worker ends as well. */
export function countInParent(): RequestCounter {
  const counts = new ParentCounts({
    ask: (message) => void process.send!(message, undefined, undefined, () => undefined),
  });
  process.on("message", (message: Counted) => {
    if (message.kind === "counted") counts.answer(message);
  });
  return counts;
}
