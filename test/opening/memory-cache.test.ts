import { expect, test } from "vitest";
import type { CacheEntry } from "../../src/contracts/cache-store.js";
import { MemoryCache } from "../../src/opening/memory-cache.js";
import { VirtualClock } from "../engine/virtual-clock.js";

const clock = new VirtualClock();

function entry(more: Partial<CacheEntry> = {}): CacheEntry {
  return { storedAtMs: clock.nowMs(), keepMs: 1_000, tags: [], content: { value: 1 }, bytes: 100, ...more };
}

function find(cache: MemoryCache, key: string): CacheEntry | undefined {
  let found: CacheEntry | undefined;
  cache.read(key, (entry) => (found = entry));
  return found;
}

test("its bytes are bounded: what was used longest ago goes first, and nothing larger than all of it enters", () => {
  const cache = new MemoryCache(1_000, clock);
  for (let number = 0; number < 10; number++) cache.write(`k${number}`, entry(), 0);
  expect(find(cache, "k0")).toBeDefined();
  cache.write("k10", entry(), 0);
  expect(find(cache, "k1")).toBeUndefined();
  expect(find(cache, "k0")).toBeDefined();
  cache.write("large", entry({ bytes: 1_001 }), 0);
  expect(find(cache, "large")).toBeUndefined();
  expect(cache.bytes).toBe(1_000);
});

test("what is past its time is gone", async () => {
  const cache = new MemoryCache(1_000, clock);
  cache.write("k", entry(), 0);
  await clock.advance(999);
  expect(find(cache, "k")).toBeDefined();
  await clock.advance(1);
  expect(find(cache, "k")).toBeUndefined();
  expect(cache.bytes).toBe(0);
});

test("a purge without tags drops everything, and what was fetched before it", async () => {
  const cache = new MemoryCache(1_000, clock);
  const stamp = cache.stamp([]);
  cache.write("k", entry(), stamp);
  expect(await cache.purge()).toBe(1);
  cache.write("k", entry(), stamp);
  expect(find(cache, "k")).toBeUndefined();
});
