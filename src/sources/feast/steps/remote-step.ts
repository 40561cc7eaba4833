import type { Clock } from "../../../contracts/host.js";
import type { Cancellable, Receiver, TraceHeaders } from "../../../contracts/source.js";
import type { JsonObject, JsonValue } from "../../../expression/value.js";
import { failure, OrchestratorError } from "../../../problems/orchestrator-error.js";
import type { RemoteColumns } from "../remote/remote-answer.js";
import type { RemoteReader } from "../remote/remote-reader.js";
import { dummyJoinKey } from "../registry/model.js";
import type { FeastSettings } from "../settings.js";
import { entityRows } from "./entity-rows.js";
import type { FeastCall } from "./feast-call.js";
import { observedFeatures, stepReply, type Observation } from "./observation.js";

export interface RemoteParts {
  readonly remote: RemoteReader;
  readonly ttl: FeastSettings["ttl"];
  readonly clock: Clock;
  readonly trace: TraceHeaders | undefined;
}

/** Starts the request of a step. An error is one that was found before anything was sent. */
export function startRemote(
  call: FeastCall,
  parameters: JsonObject,
  { remote, ttl, clock, trace }: RemoteParts,
  receiver: Receiver,
): Cancellable | OrchestratorError {
  const rows = entityRows(parameters, call.isMany);
  if (rows instanceof OrchestratorError) return rows;
  const columns = columnsOf(rows, call.isMany);
  if (columns instanceof OrchestratorError) return columns;
  if (rows.length === 0) return settledLater(() => receiver.succeed({ value: [] }));
  return remote.read(call.selection, columns, rows.length, trace, {
    succeed(answer) {
      const names = namesIn(call, answer, columns);
      const missing = names.find((name) => !answer.has(name));
      if (missing !== undefined) {
        return receiver.fail(failure("SOURCE_REPLY_INVALID", { reason: `it has no feature "${missing}"` }));
      }
      const at = (feature: number, row: number) => aged(answer.get(names[feature]!)![row]!, ttl);
      const observed = observedFeatures(names, rows.length, at);
      const reply = stepReply(observed, call.isMany, call.maxAge, clock.nowMs());
      if (reply instanceof OrchestratorError) receiver.fail(reply);
      else receiver.succeed(reply);
    },
    fail: (error) => receiver.fail(error),
  });
}

function settledLater(settle: () => void): Cancellable {
  let isCancelled = false;
  queueMicrotask(() => isCancelled || settle());
  return { cancel: () => void (isCancelled = true) };
}

/** The server wants columns. Features without any entity are asked for with the dummy key. */
function columnsOf(
  rows: readonly JsonObject[],
  isMany: boolean,
): ReadonlyMap<string, readonly JsonValue[]> | OrchestratorError {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  if (names.length === 0) return new Map([[dummyJoinKey, rows.map(() => "")]]);
  for (const [index, row] of rows.entries()) {
    const missing = names.find((name) => (row[name] ?? null) === null);
    if (missing === undefined) continue;
    const name = isMany ? `entities[${index}].${missing}` : `entity.${missing}`;
    return failure("PARAMETER_NULL", { name }, { wasSent: false });
  }
  return new Map(names.map((name) => [name, rows.map((row) => row[name]!)]));
}

/** Of references the names are known, and keep their order; of a service they are what comes beside the keys. */
function namesIn(
  { selection }: FeastCall,
  answer: RemoteColumns,
  sent: ReadonlyMap<string, readonly JsonValue[]>,
): readonly string[] {
  const { service, references, fullNames } = selection;
  if (service !== undefined) return [...answer.keys()].filter((name) => !sent.has(name));
  return references.map((reference) => {
    const [view, feature] = splitReference(reference);
    return fullNames ? `${view}__${feature}` : feature;
  });
}

function splitReference(reference: string): [string, string] {
  const colon = reference.indexOf(":");
  return [reference.slice(0, colon).replace(/@latest$/, ""), reference.slice(colon + 1)];
}

function aged(found: Observation, ttl: FeastSettings["ttl"]): Observation {
  if (found.status !== "outside_max_age" || ttl === "report") return found;
  return ttl === "enforce" ? { ...found, value: null } : { ...found, status: "present" };
}
