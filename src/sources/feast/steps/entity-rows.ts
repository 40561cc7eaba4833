import { isJsonList, isJsonObject, type JsonObject, type JsonValue } from "../../../expression/value.js";
import { failure, type OrchestratorError } from "../../../problems/orchestrator-error.js";
import type { KeyGroup } from "../features/bound-read.js";
import type { FeaturePlan } from "../features/native-features.js";
import { KeyLayoutError } from "../keys/key-encoder.js";
import { KeyMisfit, keyValue } from "../keys/key-value.js";

/** The rows that a step asks for: one object of keys, or a list of them. */
export function entityRows(
  parameters: JsonObject,
  isMany: boolean,
): readonly JsonObject[] | OrchestratorError {
  const name = isMany ? "entities" : "entity";
  const given: JsonValue = parameters[name] ?? null;
  if (given === null) return failure("PARAMETER_NULL", { name }, { wasSent: false });
  if (!isMany) return isJsonObject(given) ? [given] : unfit(name, "it is no object of join keys");
  if (!isJsonList(given)) return unfit(name, "it is no list");
  const wrong = given.findIndex((row) => !isJsonObject(row));
  return wrong < 0
    ? (given as readonly JsonObject[])
    : unfit(`entities[${wrong}]`, "it is no object of join keys");
}

const rules = { cutsFractions: false };

/** The keys of all rows, by group. A key that is missing, or cannot be one, is an error that names it. */
export function keysOfRows(
  { bound }: FeaturePlan,
  rows: readonly JsonObject[],
  isMany: boolean,
): readonly (readonly Buffer[])[] | OrchestratorError {
  const keys: Buffer[][] = [];
  for (const group of bound.groups) {
    const ofGroup: Buffer[] = [];
    for (let row = 0; row < rows.length; row++) {
      const key = keyOf(group, rows[row]!, isMany ? `entities[${row}]` : "entity");
      if (key instanceof Error) return key;
      ofGroup.push(key);
    }
    keys.push(ofGroup);
  }
  return keys;
}

function keyOf(group: KeyGroup, row: JsonObject, place: string): Buffer | OrchestratorError {
  const values = [];
  for (const { sentAs, type } of group.joinKeys) {
    const sent = (Object.hasOwn(row, sentAs) ? row[sentAs] : null) ?? null;
    const name = `${place}.${sentAs}`;
    if (sent === null) return failure("PARAMETER_NULL", { name }, { wasSent: false });
    const value = keyValue(sent, type, rules);
    if (value instanceof KeyMisfit) return unfit(name, value.reason);
    values.push(value);
  }
  try {
    return group.encode(values);
  } catch (error) {
    if (error instanceof KeyLayoutError) return unfit(place, error.message);
    throw error;
  }
}

function unfit(name: string, reason: string): OrchestratorError {
  return failure("PARAMETER_INVALID", { name, reason }, { wasSent: false });
}
