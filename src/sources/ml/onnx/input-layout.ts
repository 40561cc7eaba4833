import { isElementType, type ElementType } from "../../../connections/onnx/element-type.js";
import type { Feature } from "../features/feature.js";
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
  const columns = new Map<string, number[]>(inputs.map(({ name }) => [name, []]));
  const only = inputs.length === 1 ? inputs[0]!.name : undefined;
  for (const [place, feature] of features.entries()) {
    const name = feature.tensor ?? only ?? feature.name;
    const input = columns.get(name);
    if (input === undefined) return `it has no input "${name}", but ${listed(inputs)}`;
    const { type } = inputs.find((each) => each.name === name)!;
    if (feature.type !== undefined && feature.type !== type)
      return `"${feature.name}" is declared as ${feature.type}, and its input "${name}" is ${type}`;
    input.push(place);
  }
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
  { name, type, shape }: TensorSignature,
  columns: readonly number[],
  features: readonly Feature[],
): InputLayout | string {
  if (!isElementType(type)) return `its input "${name}" has the type ${type}, which cannot be sent`;
  if (columns.length === 0) return `its input "${name}" has no feature`;
  const width = columns.reduce((sum, place) => sum + features[place]!.width, 0);
  const inner = shape?.slice(1);
  const known = inner === undefined || inner.includes(undefined) ? undefined : product(inner);
  if (known !== undefined && known !== width)
    return `the features of its input "${name}" have ${width} values a row, and it takes ${known}`;
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

const listed = (inputs: readonly TensorSignature[]) => inputs.map(({ name }) => `"${name}"`).join(", ");
