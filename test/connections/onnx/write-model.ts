/** Writes small ONNX models, for what no recorded one does. */

export interface NodeForm {
  readonly kind: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly domain?: string;
}

export interface ValueForm {
  readonly name: string;
  /** As the file numbers types: 1 is float32, 7 int64. */
  readonly type: number;
  readonly shape: readonly (number | string)[];
}

export interface ModelForm {
  readonly nodes: readonly NodeForm[];
  readonly inputs: readonly ValueForm[];
  readonly outputs: readonly ValueForm[];
  readonly opset?: number;
}

export function writeModel({ nodes, inputs, outputs, opset = 13 }: ModelForm): Buffer {
  const graph = [
    ...nodes.map((node) => block(1, writeNode(node))),
    block(2, text("made")),
    ...inputs.map((value) => block(11, writeValue(value))),
    ...outputs.map((value) => block(12, writeValue(value))),
  ];
  const operators = Buffer.concat([block(1, text("")), number(2, opset)]);
  return Buffer.concat([number(1, 8), block(7, Buffer.concat(graph)), block(8, operators)]);
}

/**
 * Multiplies a table of ones with itself: the input `size`, twice the same number, says how wide it is, and so how
 * long it takes. The output is `size * size * size`.
 */
export function slowModel(): Buffer {
  return writeModel({
    nodes: [
      { kind: "ConstantOfShape", inputs: ["size"], outputs: ["zeros"] },
      { kind: "Cos", inputs: ["zeros"], outputs: ["ones"] },
      { kind: "MatMul", inputs: ["ones", "ones"], outputs: ["product"] },
      { kind: "ReduceSum", inputs: ["product"], outputs: ["sum"] },
    ],
    inputs: [{ name: "size", type: 7, shape: [2] }],
    outputs: [{ name: "sum", type: 1, shape: [1, 1] }],
  });
}

function writeNode({ kind, inputs, outputs, domain }: NodeForm): Buffer {
  return Buffer.concat([
    ...inputs.map((name) => block(1, text(name))),
    ...outputs.map((name) => block(2, text(name))),
    block(4, text(kind)),
    ...(domain === undefined ? [] : [block(7, text(domain))]),
  ]);
}

function writeValue({ name, type, shape }: ValueForm): Buffer {
  const lengths = shape.map((length) =>
    block(1, typeof length === "number" ? number(1, length) : block(2, text(length))),
  );
  const tensor = Buffer.concat([number(1, type), block(2, Buffer.concat(lengths))]);
  return Buffer.concat([block(1, text(name)), block(2, block(1, tensor))]);
}

const text = (value: string) => Buffer.from(value);

function block(field: number, content: Buffer): Buffer {
  return Buffer.concat([varint(field * 8 + 2), varint(content.length), content]);
}

function number(field: number, value: number): Buffer {
  return Buffer.concat([varint(field * 8), varint(value)]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  return Buffer.from([...bytes, rest]);
}
