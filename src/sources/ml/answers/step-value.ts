import type { JsonObject, JsonValue } from "../../../expression/value.js";
import type { Answer, Question } from "../backend.js";
import { elementCount, elementOf, type Tensor } from "../tensors/tensor.js";
import { badResponse } from "./bad-response.js";
import { rowValue, type RowRules } from "./row-value.js";

/**
 * The value of a step: `{ prediction, … }` of one row, `{ predictions }` of many, each as many as were asked for.
 * Throws MODEL_BAD_RESPONSE.
 */
export function stepValue(answer: Answer, question: Question, rules: RowRules): JsonValue {
  if (answer.kind === "whole") return answer.value;
  const count = question.kind === "rows" ? question.rows.length : undefined;
  const { rows, beside } =
    answer.kind === "values" ? ofValues(answer.values, count) : ofTensors(answer.outputs, count, rules);
  const values = rows.map((row) => rowValue(row, rules));
  const isOne = question.kind === "rows" && !question.isMany;
  return {
    ...beside,
    ...(isOne ? values[0] : { predictions: values }),
    ...(answer.model === undefined ? {} : { model: answer.model }),
    ...(answer.version === undefined ? {} : { version: answer.version }),
  };
}

interface Rows {
  readonly rows: readonly (ReadonlyMap<string, JsonValue> | JsonValue)[];
  /** Outputs that are not of rows. */
  readonly beside: JsonObject;
}

function ofValues(values: readonly JsonValue[], count: number | undefined): Rows {
  if (count !== undefined && values.length !== count) throw wrongCount(values.length, count);
  return { rows: values, beside: {} };
}

function ofTensors(outputs: readonly Tensor[], count: number | undefined, rules: RowRules): Rows {
  const wanted = chosen(outputs, rules);
  const rowCount = count ?? wanted.find(({ shape }) => shape.length > 0)?.shape[0] ?? 0;
  const ofRows = wanted.filter(({ shape }) => shape[0] === rowCount);
  if (ofRows.length === 0 && count !== undefined) throw wrongCount(wanted[0]?.shape[0] ?? 0, rowCount);
  if (wanted.length === 0) throw badResponse("it has no outputs");
  const beside = wanted.filter((output) => !ofRows.includes(output));
  const rows = Array.from({ length: rowCount }, (_, row) => {
    const slice = (output: Tensor) => rowOf(output, row, rules);
    return new Map(ofRows.map((output) => [output.name, slice(output)]));
  });
  return {
    rows,
    beside: Object.fromEntries(beside.map((output) => [output.name, wholeOf(output, rules)])),
  };
}

function chosen(outputs: readonly Tensor[], { outputs: choice }: RowRules): readonly Tensor[] {
  for (const { name, shape, data } of outputs) {
    if (data.length === elementCount(shape)) continue;
    throw badResponse(`its output "${name}" has ${data.length} values for the shape [${shape.join(", ")}]`);
  }
  if (choice === undefined) return outputs;
  return choice.names.map((name) => {
    const found = outputs.find((output) => output.name === name);
    if (found === undefined) throw badResponse(`it has no output "${name}"`);
    return found;
  });
}

/** A number for `[n]` and `[n, 1]`, else nested lists. */
function rowOf(output: Tensor, row: number, { int64 }: RowRules): JsonValue {
  const shape = output.shape.slice(1);
  const size = elementCount(shape);
  if (size === 1 && shape.length <= 1) return elementOf(output, row * size, int64);
  return nested(output, shape, row * size, int64);
}

function wholeOf(output: Tensor, { int64 }: RowRules): JsonValue {
  return output.shape.length === 0 ? elementOf(output, 0, int64) : nested(output, output.shape, 0, int64);
}

function nested(
  output: Tensor,
  [length = 0, ...inner]: readonly number[],
  start: number,
  int64: RowRules["int64"],
): JsonValue {
  const size = elementCount(inner);
  return Array.from({ length }, (_, index) => {
    const at = start + index * size;
    return inner.length === 0 ? elementOf(output, at, int64) : nested(output, inner, at, int64);
  });
}

function wrongCount(found: number, asked: number) {
  return badResponse(`it has ${found} predictions for ${asked} rows`);
}
