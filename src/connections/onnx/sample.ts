import type { ElementType, Tensor, TensorData } from "./element-type.js";
import type { ModelFile } from "./model-file.js";

/** One row of zeros and empty texts, as far as the file says how wide a row is. */
export function sampleOf({ inputs }: ModelFile): Readonly<Record<string, Tensor>> {
  const sample: Record<string, Tensor> = {};
  for (const { name, type, shape } of inputs) {
    if (type === undefined) continue;
    const dims = (shape ?? []).map((length) => length ?? 1);
    sample[name] = {
      type,
      dims,
      data: emptyData(
        type,
        dims.reduce((product, length) => product * length, 1),
      ),
    };
  }
  return sample;
}

/** The names under which the tensors among the outputs are fetched. */
export function tensorNames({ outputs }: ModelFile): readonly string[] {
  return outputs.filter(({ type }) => type !== undefined).map(({ name, fetchedAs }) => fetchedAs ?? name);
}

/** Zeros, or empty texts. */
export function emptyData(
  type: ElementType,
  length: number,
): Exclude<TensorData, readonly string[]> | string[] {
  return type === "string" ? Array<string>(length).fill("") : new arrays[type](length);
}

const arrays = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  bool: Uint8Array,
} as const;
