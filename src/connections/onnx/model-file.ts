import { WireError, WireReader, wireTypes } from "../protobuf/wire-reader.js";
import { readFields } from "./read-fields.js";
import { readValue, type ModelValue } from "./model-value.js";

/** What a model file says of itself, read without ONNX Runtime. */
export interface ModelFile {
  /** Those that a call gives; without those that the file itself has values for. */
  readonly inputs: readonly ModelValue[];
  readonly outputs: readonly ModelValue[];
  /** The classes of classifiers in it, each list as long as its probabilities are wide. */
  readonly classLists: readonly (readonly string[])[];
  readonly zipMaps: readonly ZipMap[];
  /** Files with weights, as the model names them: beside it. */
  readonly weightFiles: readonly string[];
}

/** A last step that turns a table of probabilities into a list of maps. */
export interface ZipMap {
  /** The tensor with the probabilities. */
  readonly input: string;
  readonly output: string;
  readonly classes: readonly string[];
}

/** A file that is no model. The message continues "… cannot be read: ". */
export class ModelFileError extends Error {
  override readonly name = "ModelFileError";
}

/** Throws ModelFileError. */
export function readModelFile(bytes: Uint8Array): ModelFile {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.length === 0) throw new ModelFileError("it is empty");
  if (buffer.toString("latin1", 0, 26) === "version https://git-lfs.gi") {
    throw new ModelFileError("it is a pointer of Git LFS; fetch the file itself with `git lfs pull`");
  }
  try {
    const graphs: ModelFile[] = [];
    const model = new WireReader(buffer);
    readFields(model, { 7: () => graphs.push(readGraph(model.message())) });
    if (graphs[0] !== undefined) return graphs[0];
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
  }
  throw new ModelFileError("it is no ONNX model, or only the beginning of one");
}

function readGraph(graph: WireReader): ModelFile {
  const inputs: ModelValue[] = [];
  const outputs: ModelValue[] = [];
  const nodes: Node[] = [];
  const given = new Set<string>();
  const weightFiles = new Set<string>();
  readFields(graph, {
    1: () => nodes.push(readNode(graph.message())),
    5: () => given.add(readInitializer(graph.message(), weightFiles)),
    11: () => inputs.push(readValue(graph.message())),
    12: () => outputs.push(readValue(graph.message())),
  });
  const isShown = (node: Node) => outputs.some(({ name }) => name === node.output);
  return {
    inputs: inputs.filter(({ name }) => !given.has(name)),
    outputs,
    classLists: nodes.map(({ classes }) => classes).filter((classes) => classes.length > 0),
    zipMaps: nodes.filter((node) => node.kind === "ai.onnx.ml:ZipMap" && isShown(node)),
    weightFiles: [...weightFiles],
  };
}

interface Node extends ZipMap {
  readonly kind: string;
}

function readNode(node: WireReader): Node {
  const inputs: string[] = [];
  const outputs: string[] = [];
  const classes: string[] = [];
  let [operator, domain] = ["", ""];
  readFields(node, {
    1: () => inputs.push(node.text()),
    2: () => outputs.push(node.text()),
    4: () => (operator = node.text()),
    5: () => classes.push(...readClasses(node.message())),
    7: () => (domain = node.text()),
  });
  return { input: inputs[0] ?? "", output: outputs[0] ?? "", kind: `${domain}:${operator}`, classes };
}

const classAttributes = /^classlabels_(?:ints|int64s|strings)$/;

function readClasses(attribute: WireReader): readonly string[] {
  const found: string[] = [];
  let name = "";
  readFields(attribute, {
    1: () => (name = attribute.text()),
    8: () => found.push(...readIntegers(attribute)),
    9: () => found.push(attribute.block().toString("utf8")),
  });
  return classAttributes.test(name) ? found : [];
}

/** Packed or not: both are written. */
function readIntegers(reader: WireReader): readonly string[] {
  if (reader.wireType === wireTypes.varint) return [String(reader.int64())];
  const found: string[] = [];
  const packed = reader.message();
  while (!packed.isDone) found.push(String(packed.int64()));
  return found;
}

function readInitializer(tensor: WireReader, weightFiles: Set<string>): string {
  let name = "";
  readFields(tensor, {
    8: () => (name = tensor.text()),
    13: () => {
      const [key, value] = readEntry(tensor.message());
      if (key === "location") weightFiles.add(value);
    },
  });
  return name;
}

function readEntry(reader: WireReader): readonly [key: string, value: string] {
  let [key, value] = ["", ""];
  readFields(reader, { 1: () => (key = reader.text()), 2: () => (value = reader.text()) });
  return [key, value];
}
