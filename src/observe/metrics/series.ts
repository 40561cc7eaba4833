/** One number of a counter or a gauge. */
export class Value {
  value = 0;

  add(amount = 1): void {
    this.value += amount;
  }

  numbers(): number[] {
    return [this.value];
  }
}

/** How many observations fell into each bucket, and their sum. */
export class Distribution {
  private readonly bounds: readonly number[];
  private readonly counts: number[];
  private sum = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = new Array<number>(bounds.length + 1).fill(0);
  }

  observe(value: number): void {
    const { bounds } = this;
    let bucket = 0;
    while (bucket < bounds.length && value > bounds[bucket]!) bucket += 1;
    this.counts[bucket]! += 1;
    this.sum += value;
  }

  /** The count of each bucket by itself, then the sum. */
  numbers(): number[] {
    return [...this.counts, this.sum];
  }
}
