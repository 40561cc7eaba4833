const lowestMs = 0.1;
const growth = 2 ** (1 / 8);
const buckets = 192;
const generation = 1_000;
const leastSamples = 20;
const recalculatedEvery = 50;

/**
 * A live percentile of how long calls take, to about a tenth: buckets that grow by a power, in two generations of a
 * thousand calls, so that what was long ago is forgotten.
 */
export class Latencies {
  private current = new Uint32Array(buckets);
  private previous = new Uint32Array(buckets);
  private count = 0;
  private previousCount = 0;
  private untilRecalculated = 0;
  private known: number | undefined;

  record(ms: number): void {
    this.current[bucketOf(ms)]! += 1;
    this.count += 1;
    this.untilRecalculated -= 1;
    if (this.count < generation) return;
    [this.previous, this.current] = [this.current, this.previous.fill(0)];
    this.previousCount = this.count;
    this.count = 0;
  }

  /** Milliseconds under which 95 of 100 calls end; `undefined` before twenty calls are known. */
  p95(): number | undefined {
    if (this.untilRecalculated > 0 && this.known !== undefined) return this.known;
    this.untilRecalculated = recalculatedEvery;
    this.known = this.calculate(0.95);
    return this.known;
  }

  private calculate(share: number): number | undefined {
    const total = this.count + this.previousCount;
    if (total < leastSamples) return undefined;
    let seen = 0;
    for (let bucket = 0; bucket < buckets; bucket++) {
      seen += this.current[bucket]! + this.previous[bucket]!;
      if (seen >= share * total) return lowestMs * growth ** (bucket + 1);
    }
    return lowestMs * growth ** buckets;
  }
}

function bucketOf(ms: number): number {
  const bucket = Math.floor(Math.log(Math.max(ms, lowestMs) / lowestMs) / Math.log(growth));
  return Math.min(bucket, buckets - 1);
}
