import type { ElementType, Tensor, TensorData } from "./element-type.js";

/** Tensors one behind the other, each as its type, its data, and how many dimensions of which lengths it has. */
export type PackedTensors = readonly (ElementType | TensorData | number)[];

/** Threads copy one flat list in half the time that objects take. */
export function packTensors(tensors: readonly Tensor[]): PackedTensors {
  const packed: (ElementType | TensorData | number)[] = [];
  for (const { type, data, dims } of tensors) packed.push(type, data, dims.length, ...dims);
  return packed;
}

export function unpackTensors(packed: PackedTensors): readonly Tensor[] {
  const tensors: Tensor[] = [];
  for (let at = 0; at < packed.length;) {
    const start = at + 3;
    const end = start + (packed[at + 2] as number);
    tensors.push({
      type: packed[at] as ElementType,
      data: packed[at + 1] as TensorData,
      dims: packed.slice(start, end) as readonly number[],
    });
    at = end;
  }
  return tensors;
}
