import { isElementType, type ElementType } from "../../../connections/onnx/element-type.js";
import type { Feature } from "../features/feature.js";
import { misfitOfWidth, placeFeatures, widthOf } from "../features/place-features.js";
import type { TensorSignature } from "../tensors/tensor.js";

/** What one input tensor is filled with. */
export interface InputLayout {
  readonly input: string;
  readonly type: ElementType;
  /** Places in the feature vector, in order. */
  readonly columns: readonly number[];
  /** How many elements a row has. */
  readonly width: number;
  /** Of `rows` rows. */
  readonly dims: (rows: number) => readonly number[];
  /** How many rows the model takes at a time, where that is fixed. */
  readonly batch: number | undefined;
}

/** Where each feature goes. A text says why the features are not those of the model. */
export function layoutOf(
  features: readonly Feature[],
  inputs: readonly TensorSignature[],
): readonly InputLayout[] | string {
  const only = inputs.length === 1 ? inputs[0]!.name : undefined;
  const columns = placeFeatures(features, inputs, ({ tensor, name }) => tensor ?? only ?? name);
  if (typeof columns === "string") return columns;
  const layouts: InputLayout[] = [];
  for (const input of inputs) {
    const places = columns.get(input.name)!;
    const layout = layoutOfInput(input, places, features);
    if (typeof layout === "string") return layout;
    layouts.push(layout);
  }
  return layouts;
}

function layoutOfInput(
  input: TensorSignature,
  columns: readonly number[],
  features: readonly Feature[],
): InputLayout | string {
  const { name, type, shape } = input;
  if (!isElementType(type)) return `its input "${name}" has the type ${type}, which cannot be sent`;
  if (columns.length === 0) return `its input "${name}" has no feature`;
  const width = widthOf(columns, features);
  const misfit = misfitOfWidth(input, width);
  if (misfit !== undefined) return misfit;
  const inner = shape?.slice(1);
  const filled = inner?.length === 0 || (inner === undefined && width === 1) ? [] : innerOf(inner, width);
  if (filled === undefined)
    return `its input "${name}" leaves open how a row of ${width} values is laid out; give it by \`tensors\``;
  return { input: name, type, columns, width, batch: shape?.[0], dims: (rows) => [rows, ...filled] };
}

/** The dimensions of one row. At most one that is open is found by the others. */
function innerOf(inner: TensorSignature["shape"], width: number): readonly number[] | undefined {
  if (inner === undefined) return [width];
  const rest = width / product(inner.filter((length) => length !== undefined));
  const open = inner.filter((length) => length === undefined).length;
  return open > 1 || !Number.isInteger(rest) ? undefined : inner.map((length) => length ?? rest);
}

const product = (lengths: readonly (number | undefined)[]) =>
  lengths.reduce<number>((all, length) => all * (length ?? 1), 1);
