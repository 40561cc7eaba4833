import { isJsonList, isJsonObject, type JsonObject, type JsonValue } from "../../../expression/value.js";
import type { Outputs } from "../model.js";
import { labelAmong, probabilitiesAmong } from "./usual-names.js";

/** What settles how an answer is read. */
export interface RowRules {
  readonly outputs: Outputs | undefined;
  readonly classNames: readonly string[] | undefined;
  /** The classes as the model's file has them: its labels are of these, and `classNames` are other words for them. */
  readonly modelClasses?: readonly string[] | undefined;
  readonly positiveClass: string | undefined;
  readonly threshold: number | undefined;
  readonly int64: "number" | "string";
}

/**
 * The value of one row, from its outputs by name or from a single value: `{ prediction, label?, probability?,
 * probabilities? }`.
 */
export function rowValue(row: ReadonlyMap<string, JsonValue> | JsonValue, rules: RowRules): JsonObject {
  const outputs = row instanceof Map ? row : namedIn(row as JsonValue);
  if (outputs === undefined) return valueOfLabel(row as JsonValue, rules);
  const names = [...outputs.keys()];
  const label = outputs.get(labelAmong(names, rules.outputs) ?? "");
  const probabilities = outputs.get(probabilitiesAmong(names, rules.outputs) ?? "");
  const likelihoods = probabilities === undefined ? undefined : likelihoodsIn(probabilities, rules);
  if (likelihoods !== undefined) return classified(label, likelihoods, rules);
  if (label !== undefined && (rules.outputs?.label !== undefined || rules.classNames !== undefined)) {
    return { ...valueOfLabel(label, rules), label: classNamed(label, rules) };
  }
  if (outputs.size === 1) return valueOfLabel([...outputs.values()][0]!, rules);
  return { prediction: Object.fromEntries(outputs) };
}

function namedIn(value: JsonValue): ReadonlyMap<string, JsonValue> | undefined {
  return isJsonObject(value) ? new Map(Object.entries(value)) : undefined;
}

/** A value that stands alone: the number of a regressor, or a label, which class names can put into words. */
function valueOfLabel(value: JsonValue, rules: RowRules): JsonObject {
  if (rules.classNames === undefined) return { prediction: value };
  const label = classNamed(value, rules);
  return label === value && typeof value !== "string" ? { prediction: value } : { prediction: label, label };
}

function classNamed(label: JsonValue, { classNames, modelClasses }: RowRules): JsonValue {
  if (classNames === undefined) return label;
  const place = modelClasses === undefined ? label : modelClasses.indexOf(String(label));
  return typeof place === "number" ? (classNames[place] ?? label) : label;
}

interface Likelihoods {
  readonly names: readonly string[];
  readonly values: readonly JsonValue[];
}

/** A probability for each class: a list, an object by class, or of two classes that of the second alone. */
function likelihoodsIn(found: JsonValue, { classNames, modelClasses }: RowRules): Likelihoods | undefined {
  if (isJsonObject(found)) return { names: Object.keys(found), values: Object.values(found) };
  const values = typeof found === "number" ? [1 - found, found] : found;
  if (!isJsonList(values) || !values.every((value) => value === null || typeof value === "number"))
    return undefined;
  const fitting = [classNames, modelClasses].find((each) => each?.length === values.length);
  const names = fitting ?? values.map((_, index) => String(index));
  return { names, values };
}

function classified(
  given: JsonValue | undefined,
  { names, values }: Likelihoods,
  rules: RowRules,
): JsonObject {
  const likeliest = values.reduce<number>(
    (best, value, index) => (Number(value) > Number(values[best]) ? index : best),
    0,
  );
  const isTwo = names.length === 2;
  const named = rules.positiveClass === undefined ? -1 : names.indexOf(rules.positiveClass);
  const positive = named >= 0 ? named : isTwo ? 1 : likeliest;
  const decided =
    isTwo && rules.threshold !== undefined
      ? Number(values[positive]) >= rules.threshold
        ? positive
        : 1 - positive
      : given === undefined
        ? likeliest
        : undefined;
  const label = decided === undefined ? classNamed(given!, rules) : labelOf(decided, names, given, rules);
  return {
    prediction: label,
    label,
    probability: values[positive] ?? null,
    probabilities: Object.fromEntries(names.map((name, index) => [name, values[index]!])),
  };
}

/** A class as the model's own labels are: a number where it gives numbers. */
function labelOf(
  index: number,
  names: readonly string[],
  given: JsonValue | undefined,
  { modelClasses }: RowRules,
): JsonValue {
  const name = names[index]!;
  const isNumber = names === modelClasses ? typeof given === "number" : name === String(index);
  return typeof given !== "string" && isNumber ? Number(name) : name;
}
