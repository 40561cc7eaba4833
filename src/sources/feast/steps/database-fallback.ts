import { failLater } from "../../../connections/fail-later.js";
import type { CallContext, Cancellable, OtherSource, Prepared, Receiver } from "../../../contracts/source.js";
import { isJsonObject, type JsonObject, type JsonValue } from "../../../expression/value.js";
import { OrchestratorError } from "../../../problems/orchestrator-error.js";
import type { DatabaseFallbackSettings } from "../settings.js";
import type { FeastCall } from "./feast-call.js";
import { entityRows } from "./entity-rows.js";
import { observedFeatures, stepReply, type Observation } from "./observation.js";

/** A table that has features while the store fails. Rows are asked for one by one: this is for bad days. */
export class DatabaseFallback {
  private readonly database: OtherSource;
  private readonly operation: Prepared;
  private readonly settings: DatabaseFallbackSettings;

  /** Throws the problems of the query that the settings make. */
  constructor(database: OtherSource, settings: DatabaseFallbackSettings) {
    this.database = database;
    this.settings = settings;
    this.operation = database.prepare({ query: queryOf(settings), returns: "one" });
  }

  /** Answers a call whose read failed with `cause`: with that, where the table does not help either. */
  start(
    call: FeastCall,
    names: readonly FallbackColumn[],
    parameters: JsonObject,
    context: CallContext,
    receiver: Receiver,
    cause: OrchestratorError,
    nowMs: number,
  ): Cancellable {
    const rows = entityRows(parameters, call.isMany);
    if (rows instanceof OrchestratorError) return failLater(receiver, rows);
    const columns = names.map(({ reference }) => this.settings.mapping.get(reference));
    const found: JsonValue[] = rows.map(() => null);
    let open = rows.length;
    let hasFailed = false;
    const running: Cancellable[] = [];
    const cancel = () => running.splice(0).forEach((each) => each.cancel());
    const finish = () => {
      const at = (feature: number, row: number): Observation => {
        const column = columns[feature];
        const stored = found[row]!;
        const value = column !== undefined && isJsonObject(stored) ? (stored[column] ?? null) : null;
        return { value, status: value === null ? "not_found" : "present", eventTime: undefined };
      };
      const observed = observedFeatures(
        names.map(({ name }) => name),
        rows.length,
        at,
      );
      const reply = stepReply(observed, call.isMany, undefined, nowMs);
      if (reply instanceof Error) receiver.fail(reply);
      else receiver.succeed({ value: reply.value, meta: reply.meta, isFallback: true });
    };
    if (open === 0) queueMicrotask(finish);
    for (const [row, keys] of rows.entries()) {
      const one = {
        succeed: ({ value }: { readonly value: JsonValue }) => {
          found[row] = value;
          open -= 1;
          if (open === 0) finish();
        },
        fail: () => {
          if (hasFailed) return;
          hasFailed = true;
          cancel();
          receiver.fail(cause);
        },
      };
      running.push(this.database.start(this.operation, this.keysOf(keys), context, one));
    }
    return { cancel };
  }

  private keysOf(row: JsonObject): JsonObject {
    return Object.fromEntries(this.settings.entity_key.map((key) => [key, row[key] ?? null]));
  }
}

/** A column of a step, and the feature behind it as `mapping` writes it. */
export interface FallbackColumn {
  readonly name: string;
  readonly reference: string;
}

function queryOf({ table, entity_key, mapping }: DatabaseFallbackSettings): string {
  const columns = [...new Set(mapping.values())].map(quoted).join(", ");
  const keys = entity_key.map((key) => `${quoted(key)} = :${key}`).join(" AND ");
  return `SELECT ${columns} FROM ${table.split(".").map(quoted).join(".")} WHERE ${keys}`;
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
