import type { WireReader } from "../protobuf/wire-reader.js";
import { elementType, type ElementType } from "./element-type.js";
import { readFields } from "./read-fields.js";

/** An input or output of a model. */
export interface ModelValue {
  readonly name: string;
  /** The tensor that holds it, where that has another name. */
  readonly fetchedAs?: string | undefined;
  /** `undefined` where it is no tensor that can be sent or fetched. */
  readonly type: ElementType | undefined;
  /** Numbers are fixed; `undefined` where any length goes. No shape where the rank is open too. */
  readonly shape: readonly (number | undefined)[] | undefined;
  /** The type in ONNX's own words, such as `seq(map(int64,tensor(float)))`. */
  readonly described: string;
}

export function readValue(reader: WireReader): ModelValue {
  let name = "";
  let type = noTensor("nothing");
  readFields(reader, { 1: () => (name = reader.text()), 2: () => (type = readType(reader.message())) });
  return { name, ...type };
}

type ValueType = Omit<ModelValue, "name">;

const noTensor = (described: string): ValueType => ({ type: undefined, shape: undefined, described });

function readType(reader: WireReader): ValueType {
  let found = noTensor("nothing");
  readFields(reader, {
    1: () => (found = readTensorType(reader.message())),
    4: () => (found = noTensor(`seq(${readElement(reader.message())})`)),
    5: () => (found = noTensor(readMapType(reader.message()))),
    8: () => (found = noTensor("sparse_tensor")),
    9: () => (found = noTensor(`optional(${readElement(reader.message())})`)),
  });
  return found;
}

function readElement(reader: WireReader): string {
  let described = "nothing";
  readFields(reader, { 1: () => (described = readType(reader.message()).described) });
  return described;
}

function readMapType(reader: WireReader): string {
  let [key, value] = ["nothing", "nothing"];
  readFields(reader, {
    1: () => (key = typeName(reader.varint())),
    2: () => (value = readType(reader.message()).described),
  });
  return `map(${key},${value})`;
}

function readTensorType(reader: WireReader): ValueType {
  let number = 0;
  const shapes: (number | undefined)[][] = [];
  readFields(reader, {
    1: () => (number = reader.varint()),
    2: () => shapes.push(readShape(reader.message())),
  });
  return { type: elementType(number), shape: shapes[0], described: `tensor(${typeName(number)})` };
}

function readShape(reader: WireReader): (number | undefined)[] {
  const shape: (number | undefined)[] = [];
  readFields(reader, { 1: () => shape.push(readDimension(reader.message())) });
  return shape;
}

function readDimension(reader: WireReader): number | undefined {
  let length = 0;
  readFields(reader, { 1: () => (length = Number(reader.int64())) });
  return length > 0 ? length : undefined;
}

const typeName = (number: number) => elementType(number) ?? `type ${number}`;
