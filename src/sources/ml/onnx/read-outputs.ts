import type { Tensor as RuntimeTensor } from "../../../connections/onnx/element-type.js";
import { emptyData } from "../../../connections/onnx/sample.js";
import type { JsonValue } from "../../../expression/value.js";
import type { TensorsAnswer } from "../backend.js";
import type { Model } from "../model.js";
import { elementOf, type Tensor } from "../tensors/tensor.js";
import { float16Value } from "./float16.js";

/** The answer of a model, from its outputs in the order of `names`. */
export function answerOf(
  { name: model, version }: Pick<Model, "name" | "version">,
  names: readonly string[],
  tensors: readonly RuntimeTensor[],
): TensorsAnswer {
  const outputs = tensors.map(({ type, dims, data }, index): Tensor => {
    const values = type === "float16" ? Float32Array.from(data as Uint16Array, float16Value) : data;
    return { name: names[index]!, type, shape: dims, data: values };
  });
  return { kind: "tensors", outputs, model, version, raw: () => rawOf(outputs) };
}

/** The same outputs of several runs as if of one: `rows` of their rows count, of each run as many as it was asked. */
export function joinRuns(
  runs: readonly (readonly RuntimeTensor[])[],
  batch: number,
  rows: number,
): readonly RuntimeTensor[] {
  const [first = []] = runs;
  return first.map((output, index) => {
    const { type, dims } = output;
    if (dims[0] !== batch) return output;
    const width = dims.slice(1).reduce((product, length) => product * length, 1);
    const joined = emptyData(type, rows * width) as unknown as unknown[];
    for (const [run, tensors] of runs.entries()) {
      const { data } = tensors[index]!;
      const start = run * batch * width;
      const count = Math.min(data.length, rows * width - start);
      for (let at = 0; at < count; at++) joined[start + at] = data[at];
    }
    return { type, dims: [rows, ...dims.slice(1)], data: joined as unknown as RuntimeTensor["data"] };
  });
}

function rawOf(outputs: readonly Tensor[]): JsonValue {
  return Object.fromEntries(
    outputs.map((output) => {
      const { name, type, shape, data } = output;
      const values = Array.from(data as ArrayLike<unknown>, (_, at) => elementOf(output, at, "number"));
      return [name, { type, shape, data: values }];
    }),
  );
}
