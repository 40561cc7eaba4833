import type { CallMeter, Meter, StepMeter } from "../../contracts/meter.js";
import { metrics } from "./definitions.js";
import type { Registry } from "./registry.js";
import type { Value } from "./series.js";

/** Counts steps and calls. */
export function engineMeter(registry: Registry): Meter {
  return {
    step: (endpoint, step) => stepMeter(registry, endpoint, step),
    call: (source, operation) => callMeter(registry, source, operation),
    replies: (endpoint) => {
      const lookups = kept((result) => registry.counter(metrics.replyLookups, endpoint, result));
      return { lookedUp: (result) => lookups(result).add() };
    },
    records: (source) => {
      const lost = registry.counter(metrics.lostRecords, source);
      return { lost: (count) => lost.add(count) };
    },
  };
}

function stepMeter(registry: Registry, endpoint: string, step: string): StepMeter {
  const duration = registry.histogram(metrics.stepDuration, endpoint, step);
  const ended = kept((status) => registry.counter(metrics.steps, endpoint, step, status));
  return {
    ended(status, durationMs) {
      ended(status).add();
      if (durationMs !== undefined) duration.observe(durationMs / 1000);
    },
  };
}

function callMeter(registry: Registry, source: string, operation: string): CallMeter {
  const duration = registry.histogram(metrics.sourceCallDuration, source, operation);
  const calls = kept((result) => registry.counter(metrics.sourceCalls, source, operation, result));
  const refused = kept((by) => registry.counter(metrics.refusedCalls, source, operation, by));
  const lookups = kept((result) => registry.counter(metrics.cacheLookups, source, operation, result));
  return {
    ended(result, durationMs) {
      calls(result).add();
      duration.observe(durationMs / 1000);
    },
    retried: () => registry.counter(metrics.retries, source, operation).add(),
    hedged: () => registry.counter(metrics.hedges, source, operation).add(),
    refused: (by) => refused(by).add(),
    lookedUp: (result) => lookups(result).add(),
  };
}

/** Makes the slot of a word when it is needed first: most words never are. */
function kept(make: (word: string) => Value): (word: string) => Value {
  const slots = new Map<string, Value>();
  return (word) => {
    const known = slots.get(word);
    if (known !== undefined) return known;
    const made = make(word);
    slots.set(word, made);
    return made;
  };
}
