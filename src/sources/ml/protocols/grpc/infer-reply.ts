import { WireError, WireReader, wireTypes } from "../../../../connections/protobuf/wire-reader.js";
import type { JsonObject, JsonValue } from "../../../../expression/value.js";
import { badResponse } from "../../answers/bad-response.js";
import type { Signature, TensorsAnswer } from "../../backend.js";
import type { ElementType } from "../../tensors/element-types.js";
import { tensorData } from "../../tensors/tensor-bytes.js";
import {
  elementCount,
  elementOf,
  type Tensor,
  type TensorData,
  type TensorSignature,
} from "../../tensors/tensor.js";
import { elementType } from "../open-inference/datatypes.js";

/** Reads a `ModelInferResponse`, whose tensors are raw bytes or have typed contents. Throws MODEL_BAD_RESPONSE. */
export function inferReply(bytes: Buffer): TensorsAnswer {
  return readable(() => {
    const reader = new WireReader(bytes);
    const outputs: Output[] = [];
    const raw: Buffer[] = [];
    let model = "";
    let version = "";
    for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
      if (field === 1) model = reader.text();
      else if (field === 2) version = reader.text();
      else if (field === 5) outputs.push(outputIn(reader.message()));
      else if (field === 6) raw.push(reader.block());
      else reader.skip();
    }
    const tensors = outputs.map((output, index) => tensorOf(output, raw[index]));
    return {
      kind: "tensors",
      outputs: tensors,
      raw: () => ({ model_name: model, model_version: version, outputs: tensors.map(asJson) }),
      ...(model === "" ? {} : { model }),
      ...(version === "" ? {} : { version }),
    };
  });
}

/** Whether a `ModelReadyResponse` says so. A field that is absent is false. */
export function readyReply(bytes: Buffer): boolean {
  return readable(() => {
    const reader = new WireReader(bytes);
    let isReady = false;
    for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
      if (field === 1) isReady = reader.varint() !== 0;
      else reader.skip();
    }
    return isReady;
  });
}

/** What a `ModelMetadataResponse` declares. */
export function metadataReply(bytes: Buffer): Signature {
  return readable(() => {
    const reader = new WireReader(bytes);
    const inputs: TensorSignature[] = [];
    const outputs: TensorSignature[] = [];
    for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
      if (field !== 4 && field !== 5) {
        reader.skip();
        continue;
      }
      const { name, type, shape } = outputIn(reader.message());
      const sizes = shape.map((size) => (size < 0 ? undefined : size));
      if (type !== undefined) (field === 4 ? inputs : outputs).push({ name, type, shape: sizes });
    }
    return { inputs, outputs };
  });
}

interface Output {
  readonly name: string;
  readonly type: ElementType | undefined;
  readonly shape: readonly number[];
  readonly contents: TensorData;
}

function outputIn(reader: WireReader): Output {
  let name = "";
  let type: ElementType | undefined;
  const shape: number[] = [];
  let contents: TensorData = [];
  for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
    if (field === 1) name = reader.text();
    else if (field === 2) type = elementType(reader.text());
    else if (field === 3) integers(reader, (value) => shape.push(Number(value)));
    else if (field === 5) contents = contentsIn(reader.message());
    else reader.skip();
  }
  return { name, type, shape, contents };
}

/** Only one field of them is written, the one of the type. */
function contentsIn(reader: WireReader): readonly JsonValue[] {
  const values: JsonValue[] = [];
  const keep = (value: number | bigint) => values.push(typeof value === "bigint" ? String(value) : value);
  for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
    if (field === 1) integers(reader, (value) => values.push(value !== 0));
    else if (field === 5)
      integers(reader, (value) => keep(typeof value === "bigint" ? BigInt.asUintN(64, value) : value));
    else if (field <= 4) integers(reader, keep);
    else if (field === 6) floats(reader, wireTypes.fixed32, (own) => values.push(own.float()));
    else if (field === 7) floats(reader, wireTypes.fixed64, (own) => values.push(own.double()));
    else if (field === 8) values.push(reader.block().toString("utf8"));
    else reader.skip();
  }
  return values;
}

/** A list of integers, in one block or one by one. */
function integers(reader: WireReader, keep: (value: number | bigint) => void): void {
  if (reader.wireType === wireTypes.varint) return keep(reader.int64());
  const packed = reader.message();
  while (!packed.isDone) keep(packed.int64());
}

function floats(reader: WireReader, alone: number, read: (reader: WireReader) => void): void {
  if (reader.wireType === alone) return read(reader);
  const packed = reader.message();
  while (!packed.isDone) read(packed);
}

function tensorOf({ name, type, shape, contents }: Output, raw: Buffer | undefined): Tensor {
  if (type === undefined) throw badResponse(`the output "${name}" has an unknown datatype`);
  const count = elementCount(shape);
  const data = raw === undefined ? contents : tensorData(type, raw, count);
  if (data?.length !== count) throw badResponse(`the output "${name}" has not as many values as its shape`);
  return { name, type, shape, data };
}

function asJson(tensor: Tensor): JsonObject {
  const { name, type, shape, data } = tensor;
  const values = Array.from({ length: data.length }, (_, index) => elementOf(tensor, index, "number"));
  return { name, datatype: type, shape, data: values };
}

function readable<Value>(read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    if (error instanceof WireError) throw badResponse(`it is no message: ${error.message}`, error);
    throw error;
  }
}
