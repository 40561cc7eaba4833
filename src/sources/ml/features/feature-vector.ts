import type { JsonObject, JsonValue } from "../../../expression/value.js";
import { isJsonList, isJsonObject } from "../../../expression/value.js";
import { failure, type OrchestratorError } from "../../../problems/orchestrator-error.js";
import type { Signature } from "../backend.js";
import type { Model } from "../model.js";
import type { TensorSignature } from "../tensors/tensor.js";
import { convertFeature, Misfit } from "./convert-value.js";
import type { Feature } from "./feature.js";

/** Rows as a model is asked about them. */
export interface FeatureRows {
  readonly features: readonly Feature[];
  readonly rows: readonly (readonly JsonValue[])[];
}

/**
 * The feature vector of a model: what the configuration declares, with the types that the model declares; else the
 * model's own inputs. `undefined` where neither says anything, so that the rows themselves do.
 */
export function featuresOf(model: Model, signature: Signature | undefined): readonly Feature[] | undefined {
  const declared = signature?.inputs ?? [];
  const only = declared.length === 1 ? declared[0] : undefined;
  const byName = new Map(declared.map((each) => [each.name, each]));
  if (model.inputs !== undefined) {
    return model.inputs.map((feature) => {
      const type = (byName.get(feature.tensor ?? feature.name) ?? only)?.type;
      return { ...feature, type: feature.type ?? model.dtypes[feature.name] ?? type };
    });
  }
  if (declared.length === 0) return undefined;
  return declared.map((input) => ({
    name: input.name,
    width: widthOf(input),
    type: model.dtypes[input.name] ?? input.type,
    defaultValue: undefined,
    tensor: undefined,
  }));
}

function widthOf({ shape }: TensorSignature): number {
  return (shape ?? []).slice(1).reduce<number>((width, size) => width * (size ?? 1), 1);
}

/** The rows that a step gives, complete and converted. An error names the feature, and its row where there are many. */
export function featureRows(
  given: JsonValue,
  isMany: boolean,
  declared: readonly Feature[] | undefined,
  model: Model,
): FeatureRows | OrchestratorError {
  const objects = isMany ? given : [given];
  if (!isJsonList(objects)) return featureInvalid("rows", "it is no list");
  const wrong = objects.findIndex((row) => !isJsonObject(row));
  const nameOf = (row: number) => (isMany ? `rows[${row}]` : "features");
  if (wrong >= 0) return featureInvalid(nameOf(wrong), "it is no object of features");
  const features = declared ?? featuresIn(objects as readonly JsonObject[], model);
  const rows: JsonValue[][] = [];
  for (const [index, object] of (objects as readonly JsonObject[]).entries()) {
    const row: JsonValue[] = [];
    for (const feature of features) {
      const value = Object.hasOwn(object, feature.name) ? object[feature.name]! : null;
      const converted = convertFeature(value, feature, model);
      if (converted instanceof Misfit)
        return featureInvalid(`${nameOf(index)}.${feature.name}`, converted.reason);
      row.push(converted);
    }
    rows.push(row);
  }
  return { features, rows };
}

/** The names of all rows, in the order in which they come up. */
function featuresIn(rows: readonly JsonObject[], { dtypes }: Model): readonly Feature[] {
  const names = new Set<string>();
  for (const row of rows) for (const name of Object.keys(row)) names.add(name);
  return [...names].map((name) => {
    const list = rows.map((row) => row[name] ?? null).find((value) => value !== null);
    const width = isJsonList(list) && dtypes[name] !== undefined ? list.length : 1;
    return { name, width, type: dtypes[name], defaultValue: undefined, tensor: undefined };
  });
}

function featureInvalid(name: string, reason: string): OrchestratorError {
  return failure("FEATURE_INVALID", { name, reason }, { wasSent: false });
}
