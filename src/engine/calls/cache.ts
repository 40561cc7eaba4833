import type { CachePolicy } from "../../config/cache-keys.js";
import type { CacheStore } from "../../contracts/cache-store.js";
import type { Clock } from "../../contracts/host.js";
import type { CallMeter } from "../../contracts/meter.js";
import type { SourceReply } from "../../contracts/source.js";
import type { CallKey } from "./call-key.js";
import type { Flights } from "./flights.js";
import { freshMs, keptReply, replyOf } from "./kept-reply.js";
import { KeptRun, type KeepRules } from "./kept-run.js";
import { isOutage } from "./outage.js";
import type { Wrap } from "./run-call.js";

/** What keeping needs beside the policy. */
export interface CacheTools {
  readonly policy: CachePolicy;
  readonly keyOf: CallKey;
  readonly store: CacheStore;
  readonly flights: Flights;
  readonly clock: Clock;
  readonly meter?: CallMeter | undefined;
}

/** Keeps the values of reads, and joins equal calls in flight. Failures and fallbacks are never kept. */
export function withCache({ policy, keyOf, store, flights, clock, meter }: CacheTools): Wrap {
  const tools = { rules: rulesOf(policy), store, flights, clock, meter };
  return (next) => (parameters, context, receiver) =>
    new KeptRun(
      keyOf(parameters, context),
      (shared, told) => next(parameters, shared, told),
      context,
      receiver,
      tools,
    ).begin();
}

function rulesOf(policy: CachePolicy): KeepRules<SourceReply> {
  const { tags, staleWhileRevalidateMs, staleIfErrorMs } = policy;
  return {
    tags,
    staleWhileRevalidateMs,
    staleIfErrorMs,
    isOutage,
    replyOf,
    freshMs: ({ content }) => freshMs(content, policy),
    entryOf: (reply, nowMs) => (reply.isFallback === true ? undefined : keptReply(reply, policy, nowMs)),
  };
}
