import type { CallKey } from "./call-key.js";
import type { Flights } from "./flights.js";
import type { Wrap } from "./run-call.js";

/** Joins equal calls in flight, of whatever request. */
export function withDedupe(keyOf: CallKey, flights: Flights): Wrap {
  return (next) => (parameters, context, receiver) =>
    flights.join(keyOf(parameters, context), context, receiver, (shared, told) =>
      next(parameters, shared, told),
    );
}
