import type { LimitedRequest, Standing } from "../limits/request-counts.js";

/** A worker asks how its requests stand with their limits; `Counted` answers. */
export interface CountRequests {
  readonly kind: "count";
  readonly batch: number;
  readonly requests: readonly LimitedRequest[];
}

/** From the parent to a worker: how the requests of a batch stand, in their order. */
export interface Counted {
  readonly kind: "counted";
  readonly batch: number;
  readonly standings: readonly Standing[];
}
