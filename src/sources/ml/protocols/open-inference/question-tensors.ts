import { isJsonList, isJsonObject, type JsonValue } from "../../../../expression/value.js";
import { failure } from "../../../../problems/orchestrator-error.js";
import type { Question, RowsQuestion, Signature } from "../../backend.js";
import type { Feature } from "../../features/feature.js";
import type { Model } from "../../model.js";
import { elementTypes, type ElementType } from "../../tensors/element-types.js";
import { elementCount, type Tensor, type TensorSignature } from "../../tensors/tensor.js";
import { elementType } from "./datatypes.js";

/** What a matrix is called where neither the configuration nor the server says it. */
const unnamedInput = "input-0";

/** The input tensors of a question: one for all features, one for each, or those that a step gives itself. */
export function questionTensors(
  question: Question,
  { layout }: Model,
  signature: Signature | undefined,
): readonly Tensor[] {
  if (question.kind === "tensors") return givenTensors(question.tensors, signature);
  if (question.kind !== "rows") throw new Error(`The protocol has no ${question.kind}.`);
  const declared = signature?.inputs ?? [];
  if (layout === "vector") return matrices(question, declared);
  return question.features.map((feature, index) => {
    const data = question.rows.flatMap((row) => elements(row[index]!));
    const input = declared.find(({ name }) => name === feature.name);
    const type = feature.type ?? typeOf(data);
    return { name: feature.name, type, shape: shapeOf(question.rows.length, feature.width, input), data };
  });
}

function matrices({ features, rows }: RowsQuestion, declared: readonly TensorSignature[]): readonly Tensor[] {
  const names = [...new Set(features.map(({ tensor }) => tensor))];
  return names.map((written) => {
    const own = features.flatMap((feature, index) => (feature.tensor === written ? [index] : []));
    const name = written ?? declared[0]?.name ?? unnamedInput;
    const input = declared.find((each) => each.name === name);
    const data = rows.flatMap((row) => own.flatMap((index) => elements(row[index]!)));
    const width = own.reduce((sum, index) => sum + features[index]!.width, 0);
    const type = typeIn(own.map((index) => features[index]!)) ?? input?.type ?? typeOf(data);
    return { name, type, shape: shapeOf(rows.length, width, input), data };
  });
}

function typeIn(features: readonly Feature[]): ElementType | undefined {
  return features.find(({ type }) => type !== undefined)?.type;
}

/** As the model declares it, where that has room for as many elements, else rows of elements. */
function shapeOf(rows: number, width: number, input: TensorSignature | undefined): readonly number[] {
  const inner = input?.shape?.slice(1);
  if (inner === undefined) return [rows, width];
  const open = inner.filter((size) => size === undefined).length;
  const known = inner.reduce<number>((product, size) => product * (size ?? 1), 1);
  if (open > 1 || width % known !== 0) return [rows, width];
  const sizes = inner.map((size) => size ?? width / known);
  return elementCount(sizes) === width ? [rows, ...sizes] : [rows, width];
}

function givenTensors(given: JsonValue, signature: Signature | undefined): readonly Tensor[] {
  if (!isJsonObject(given)) throw refused("tensors", "it is no object of tensors");
  return Object.entries(given).map(([name, tensor]) => givenTensor(name, tensor, signature));
}

function givenTensor(name: string, given: JsonValue, signature: Signature | undefined): Tensor {
  const place = `tensors.${name}`;
  if (!isJsonObject(given)) throw refused(place, "it is no object with `data`");
  const { shape: written, type: called } = given;
  const nested = given["data"] ?? null;
  if (!isJsonList(nested)) throw refused(place, "its `data` is no list");
  const data = elements(nested);
  const declared = signature?.inputs.find((input) => input.name === name)?.type;
  const type = called === undefined ? (declared ?? typeOf(data)) : typeCalled(called);
  if (type === undefined) throw refused(place, "its `type` is not one");
  const shape = written === undefined ? shapeIn(nested) : written;
  if (!isJsonList(shape) || !shape.every((size) => Number.isSafeInteger(size) && (size as number) >= 0))
    throw refused(place, "its `shape` is no list of sizes");
  if (elementCount(shape as readonly number[]) !== data.length)
    throw refused(place, `it has ${data.length} values for the shape [${shape.join(", ")}]`);
  return { name, type, shape: shape as readonly number[], data };
}

function typeCalled(called: JsonValue): ElementType | undefined {
  return elementTypes.find((type) => type === called) ?? elementType(called);
}

function shapeIn(data: JsonValue): readonly number[] {
  return isJsonList(data) ? [data.length, ...(data.length === 0 ? [] : shapeIn(data[0]!))] : [];
}

function elements(value: JsonValue): readonly JsonValue[] {
  return isJsonList(value) ? value.flatMap(elements) : [value];
}

/** The type of values of which none is declared. */
function typeOf(data: readonly JsonValue[]): ElementType {
  const first = data.find((value) => value !== null);
  if (typeof first === "boolean") return "bool";
  return typeof first === "string" ? "string" : "float64";
}

function refused(name: string, reason: string) {
  return failure("PARAMETER_INVALID", { name, reason }, { wasSent: false });
}
