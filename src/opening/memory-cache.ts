import { LRUCache } from "lru-cache";
import type { CacheEntry, CacheStore } from "../contracts/cache-store.js";
import type { Clock } from "../contracts/host.js";

/** A cache in the memory of this process, bounded in bytes: what was used longest ago goes first. */
export class MemoryCache implements CacheStore {
  readonly maxBytes: number;
  private readonly clock: Clock;
  private readonly entries: LRUCache<string, CacheEntry>;
  /** The number of the last purge of each tag. Tags come from the configuration, so there are few. */
  private readonly purges = new Map<string, number>();
  private purgeOfAll = 0;
  private count = 0;

  constructor(maxBytes: number, clock: Clock) {
    this.maxBytes = maxBytes;
    this.clock = clock;
    this.entries = new LRUCache({ maxSize: maxBytes, sizeCalculation: ({ bytes }) => Math.max(1, bytes) });
  }

  get size(): number {
    return this.entries.size;
  }

  get bytes(): number {
    return this.entries.calculatedSize;
  }

  read(key: string, receive: (found: CacheEntry | undefined) => void): void {
    const found = this.entries.get(key);
    if (found === undefined || this.clock.nowMs() < found.storedAtMs + found.keepMs) return receive(found);
    this.entries.delete(key);
    receive(undefined);
  }

  stamp(tags: readonly string[]): number {
    let latest = this.purgeOfAll;
    for (const tag of tags) latest = Math.max(latest, this.purges.get(tag) ?? 0);
    return latest;
  }

  write(key: string, entry: CacheEntry, stamp: number): void {
    if (this.stamp(entry.tags) === stamp) this.entries.set(key, entry);
  }

  async purge(tags?: readonly string[]): Promise<number> {
    this.count += 1;
    const before = this.entries.size;
    if (tags === undefined) {
      this.purgeOfAll = this.count;
      this.entries.clear();
      return before;
    }
    for (const tag of tags) this.purges.set(tag, this.count);
    for (const [key, entry] of [...this.entries.entries()]) {
      if (entry.tags.some((tag) => tags.includes(tag))) this.entries.delete(key);
    }
    return before - this.entries.size;
  }
}
