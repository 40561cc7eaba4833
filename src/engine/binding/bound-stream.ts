import type { CallStep } from "../../config/model.js";
import type { Clock } from "../../contracts/host.js";
import type { Source } from "../../contracts/source.js";
import { withBreaker } from "../calls/breaker.js";
import { withBulkhead } from "../calls/bulkhead.js";
import { withInvalidation } from "../calls/invalidate.js";
import { withMeter } from "../calls/measured.js";
import { failLater, wrapped, type RunCall } from "../calls/run-call.js";
import type { SharedState } from "../shared-state.js";

/** A call whose answer passes as it comes, with what can stand around one: bodies that have passed are not had again. */
export function bindStream(step: CallStep, source: Source, clock: Clock, shared: SharedState): RunCall {
  const { operationName, effect } = step;
  const { breaker, bulkhead, invalidates } = step.policy;
  const state = shared.of(step.source.id);
  const meter = shared.meter?.call(step.source.id, operationName);
  const purges = effect === "write" && invalidates.length > 0;
  return wrapped(streamOf(source, step), [
    purges ? withInvalidation(invalidates, shared.cache) : undefined,
    breaker && withBreaker(state.breaker(breaker, operationName), clock, meter),
    bulkhead && withBulkhead(state.bulkhead(bulkhead, operationName), meter),
    meter && withMeter(meter, clock),
  ]);
}

function streamOf(source: Source, { call }: CallStep): RunCall {
  return (parameters, context, receiver) => {
    try {
      const running = source.stream!(
        call,
        parameters,
        { ...context, upload: context.upload },
        {
          opened(reply) {
            const streamed = { ...reply, cancel: () => running.cancel() };
            receiver.succeed({ value: null, status: reply.status, streamed });
          },
          fail: (error) => receiver.fail(error),
        },
      );
      return running;
    } catch (error) {
      return failLater(error, receiver);
    }
  };
}
