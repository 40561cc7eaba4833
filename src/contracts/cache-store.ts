import type { JsonObject } from "../expression/value.js";

/** What is kept under a key. `content` and `body` are the keeper's own business. */
export interface CacheEntry {
  /** Milliseconds since 1970. */
  readonly storedAtMs: number;
  /** How long after that it may be used at all, stale included. */
  readonly keepMs: number;
  readonly tags: readonly string[];
  readonly content: JsonObject;
  readonly body?: Uint8Array | undefined;
  /** About how much room it takes. */
  readonly bytes: number;
}

/** Keeps values for a time. In memory, or where several processes can share it. Nothing here throws or rejects. */
export interface CacheStore {
  /** Tells what is there, at once or later; `undefined` also where the store cannot be reached. */
  read(key: string, receive: (found: CacheEntry | undefined) => void): void;
  /**
   * A mark of how often any of the tags was purged. Take it before a value is fetched and hand it to `write`: a value
   * that was fetched before a purge is not kept after it.
   */
  stamp(tags: readonly string[]): number;
  write(key: string, entry: CacheEntry, stamp: number): void;
  /** Drops what has one of the tags; without tags, everything. Answers how many entries went. */
  purge(tags?: readonly string[]): Promise<number>;
}
