import { WireReader, wireTypes } from "../protobuf/wire-reader.js";
import type { ModelFile, ZipMap } from "./model-file.js";
import type { ModelValue } from "./model-value.js";

/**
 * The model without its ZipMap steps: instead of the maps, which ONNX Runtime cannot hand to JavaScript, it gives the
 * table of probabilities that they are made of, under the table's own name. All else is copied byte for byte.
 */
export function stripZipMaps(model: Uint8Array, { zipMaps, outputs }: ModelFile): Uint8Array {
  if (zipMaps.length === 0) return model;
  const stripped = new Map(zipMaps.map((each) => [each.output, each]));
  const shown = new Set(outputs.map(({ name }) => name));
  return rewrite(model, {
    7: (graph) =>
      block(
        7,
        rewrite(graph, {
          1: (node) => (stripped.has(firstOutput(node)) ? nothing : undefined),
          12: (value) => {
            const zipMap = stripped.get(nameOf(value));
            if (zipMap === undefined) return undefined;
            return shown.has(zipMap.input) ? nothing : block(12, probabilities(zipMap));
          },
        }),
      ),
  });
}

/** What a model says of itself once it is stripped. Its outputs keep their names. */
export function withoutZipMaps(file: ModelFile): ModelFile {
  const stripped = new Map(file.zipMaps.map((each) => [each.output, each]));
  const outputs = file.outputs.map((output) => {
    const zipMap = stripped.get(output.name);
    return zipMap === undefined ? output : tableOf(output, zipMap);
  });
  return { ...file, outputs, zipMaps: [] };
}

function tableOf(output: ModelValue, { input, classes }: ZipMap): ModelValue {
  const width = classes.length === 0 ? undefined : classes.length;
  return {
    ...output,
    fetchedAs: input,
    type: "float32",
    shape: [undefined, width],
    described: "tensor(float32)",
  };
}

const nothing = Buffer.alloc(0);

/** Copies a message. A function under a field's number gives what stands there instead, or `undefined` to keep it. */
function rewrite(
  message: Uint8Array,
  change: Readonly<Record<number, (content: Buffer) => Buffer | undefined>>,
): Buffer {
  const bytes = Buffer.from(message.buffer, message.byteOffset, message.byteLength);
  const reader = new WireReader(bytes);
  const parts: Buffer[] = [];
  for (let start = 0; ; start = reader.position) {
    const field = reader.nextField();
    if (field === 0) return Buffer.concat(parts);
    const changeField = change[field];
    const changed = changeField === undefined ? undefined : changeField(reader.block());
    if (changeField === undefined) reader.skip();
    parts.push(changed ?? bytes.subarray(start, reader.position));
  }
}

function firstOutput(node: Buffer): string {
  return textAt(node, 2);
}

function nameOf(value: Buffer): string {
  return textAt(value, 1);
}

function textAt(message: Buffer, wanted: number): string {
  const reader = new WireReader(message);
  for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
    if (field === wanted) return reader.text();
    reader.skip();
  }
  return "";
}

/** A value of the graph: a table of float32, with any number of rows and a column for each class. */
function probabilities({ input, classes }: ZipMap): Buffer {
  const width = classes.length === 0 ? nothing : number(1, classes.length);
  const shape = Buffer.concat([block(1, nothing), block(1, width)]);
  const tensor = Buffer.concat([number(1, 1), block(2, shape)]);
  return Buffer.concat([block(1, Buffer.from(input)), block(2, block(1, tensor))]);
}

function block(field: number, content: Buffer): Buffer {
  return Buffer.concat([varint(field * 8 + wireTypes.block), varint(content.length), content]);
}

function number(field: number, value: number): Buffer {
  return Buffer.concat([varint(field * 8 + wireTypes.varint), varint(value)]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  return Buffer.from([...bytes, rest]);
}
