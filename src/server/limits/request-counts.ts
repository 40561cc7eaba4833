import { createHash } from "node:crypto";
import { performance } from "node:perf_hooks";
import { LRUCache } from "lru-cache";

/** How a request stands with a limit. */
export interface Standing {
  readonly limit: number;
  /** How many more are answered in this time. */
  readonly remaining: number;
  /** Until the next time begins. */
  readonly resetMs: number;
  readonly isOver: boolean;
}

/** One request that counts for a limit. */
export interface LimitedRequest {
  /** Of the limit and of whoever makes it, as `countName` joins them. */
  readonly name: string;
  readonly limit: number;
  readonly perMs: number;
}

/** Where requests are counted. */
export interface RequestCounter {
  /** Tells how a request stands, at once or later; `undefined` where that cannot be known. */
  count(request: LimitedRequest, tell: (standing: Standing | undefined) => void): void;
}

interface Count {
  taken: number;
  readonly endsMs: number;
}

/** Who is counted at a time; beyond them those who were quiet for longest are forgotten. */
const mostCounted = 50_000;
/** Longer keys are hashed, so that the table is bounded in bytes too. */
const longestKey = 64;

/** The name of what is counted together: `id` names the limit, `key` who makes the requests. */
export function countName(id: string, key: string): string {
  return `${id} ${key.length > longestKey ? hash(key) : key}`;
}

/** How many requests were made, by limit and by whom. One table for all generations of a service. */
export class RequestCounts implements RequestCounter {
  private readonly counts: LRUCache<string, Count>;
  private readonly nowMs: () => number;

  constructor(nowMs: () => number = wholeMs, most = mostCounted) {
    this.nowMs = nowMs;
    this.counts = new LRUCache({ max: most });
  }

  get size(): number {
    return this.counts.size;
  }

  count(request: LimitedRequest, tell: (standing: Standing) => void): void {
    tell(this.take(request));
  }

  take({ name, limit, perMs }: LimitedRequest): Standing {
    const now = this.nowMs();
    let count = this.counts.get(name);
    if (count === undefined || count.endsMs <= now) {
      count = { taken: 0, endsMs: now + perMs };
      this.counts.set(name, count);
    }
    count.taken++;
    const remaining = Math.max(0, limit - count.taken);
    return { limit, remaining, resetMs: count.endsMs - now, isOver: count.taken > limit };
  }
}

/** Whole ones, so that what is left of a minute is never a trace more than a minute. */
function wholeMs(): number {
  return Math.floor(performance.now());
}

function hash(key: string): string {
  return createHash("sha256").update(key).digest("base64url");
}
