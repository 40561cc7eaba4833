import type { Clock } from "../../../contracts/host.js";
import type { Cancellable, Receiver, SourceLog } from "../../../contracts/source.js";
import type { JsonObject } from "../../../expression/value.js";
import { asOrchestratorError, failure, OrchestratorError } from "../../../problems/orchestrator-error.js";
import type { FeaturePlan } from "../features/native-features.js";
import type { NativeReader } from "../features/native-reader.js";
import type { ReadBatcher, ViewRows } from "../features/read-batcher.js";
import { SelectionError } from "../features/selection.js";
import { selectionProblem } from "../features/selection-problem.js";
import { WireError } from "../../../connections/protobuf/wire-reader.js";
import type { FeastSettings } from "../settings.js";
import { entityRows, keysOfRows } from "./entity-rows.js";
import type { FeastCall } from "./feast-call.js";
import { stepReply } from "./observation.js";
import { StoredFeatures } from "./stored-features.js";

export interface NativeParts {
  readonly reader: NativeReader;
  readonly batcher: ReadBatcher;
  readonly ttl: FeastSettings["ttl"];
  readonly clock: Clock;
  readonly log: SourceLog;
}

/** Starts the read of a step. An error is one that was found before anything was sent. */
export function startNative(
  call: FeastCall,
  parameters: JsonObject,
  parts: NativeParts,
  receiver: Receiver,
): Cancellable | OrchestratorError {
  const plan = planOf(call, parts);
  if (plan instanceof OrchestratorError) return plan;
  const rows = entityRows(parameters, call.isMany);
  if (rows instanceof OrchestratorError) return rows;
  const keys = keysOfRows(plan, rows, call.isMany);
  if (keys instanceof OrchestratorError) return keys;
  return parts.batcher.read(plan.bound, keys, {
    succeed(read) {
      const reply = replyOf(call, plan, read, rows.length, parts);
      if (reply instanceof OrchestratorError) receiver.fail(reply);
      else receiver.succeed(reply);
    },
    fail: (error) => receiver.fail(error),
  });
}

/** A registry can change so that a step cannot be answered any more: the operator is told why. */
function planOf({ selection }: FeastCall, { reader, log }: NativeParts): FeaturePlan | OrchestratorError {
  try {
    return reader.current.stepPlan(selection);
  } catch (error) {
    if (!(error instanceof SelectionError)) throw error;
    const { message } = selectionProblem(error.fault);
    log("warn", `The registry does not have what a step asks for: ${message}`);
    return failure("SOURCE_FAILED", {}, { wasSent: false, cause: error });
  }
}

function replyOf(
  call: FeastCall,
  plan: FeaturePlan,
  read: readonly ViewRows[],
  rows: number,
  { ttl, clock, log }: NativeParts,
) {
  const nowMs = clock.nowMs();
  try {
    return stepReply(new StoredFeatures(plan, read, rows, ttl, nowMs), call.isMany, call.maxAge, nowMs);
  } catch (error) {
    if (!(error instanceof WireError)) return asOrchestratorError(error);
    log("warn", `A stored value cannot be read: ${error.message}.`);
    return failure("SOURCE_REPLY_INVALID", { reason: error.message }, { cause: error });
  }
}
