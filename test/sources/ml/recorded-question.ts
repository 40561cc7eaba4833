import { isJsonList, isJsonObject, type JsonObject, type JsonValue } from "../../../src/expression/value.js";
import type { Question, RowsQuestion } from "../../../src/sources/ml/backend.js";
import type { Model } from "../../../src/sources/ml/model.js";
import { elementType } from "../../../src/sources/ml/protocols/open-inference/datatypes.js";
import { parseModelJson } from "../../../src/sources/ml/protocols/reply-json.js";
import { tensorData } from "../../../src/sources/ml/tensors/tensor-bytes.js";
import { bytesOf, type Exchange } from "./exchanges.js";

/** What a step would have to ask of which model for a recorded request to be sent. */
export interface RecordedQuestion {
  readonly question: Question;
  readonly model: Partial<Model>;
}

/** `undefined` where nothing that can be configured sends such a request. */
export type Derive = (exchange: Exchange) => RecordedQuestion | undefined;

function jsonOf({ request }: Exchange): JsonValue | undefined {
  const { headers, body } = request;
  if (headers["content-type"] !== "application/json") return undefined;
  if ("content-encoding" in headers || "accept-encoding" in headers || "authorization" in headers)
    return undefined;
  if (Object.keys(headers).some((name) => name.startsWith("ce-")) || !body) return undefined;
  try {
    const text = bytesOf(body).toString("utf8");
    return /\b(NaN|Infinity)\b/.test(text) ? undefined : parseModelJson(text);
  } catch {
    return undefined;
  }
}

function isMatrix(value: JsonValue | undefined): value is readonly (readonly JsonValue[])[] {
  if (!isJsonList(value) || !value.every(isJsonList)) return false;
  const [first] = value;
  return value.every((row) => {
    return row.length === first!.length && row.every((cell) => typeof cell !== "object" || cell === null);
  });
}

function rowsOf(
  names: readonly string[],
  rows: readonly (readonly JsonValue[])[],
  parameters: JsonObject = {},
): RowsQuestion {
  const type = (index: number) =>
    rows.some((row) => typeof row[index] === "string" && /^\d{16,}$/.test(row[index])) ? "int64" : undefined;
  const features = names.map((name, index) => {
    return { name, width: 1, type: type(index), defaultValue: undefined, tensor: undefined } as const;
  });
  return { kind: "rows", features, rows, isMany: true, parameters };
}

function matrixQuestion(rows: readonly (readonly JsonValue[])[], parameters: JsonObject = {}): RowsQuestion {
  return rowsOf(
    (rows[0] ?? []).map((_, index) => `f${index}`),
    rows,
    parameters,
  );
}

function asItIs(tensors: JsonValue): RecordedQuestion {
  return { question: { kind: "tensors", tensors, parameters: {} }, model: {} };
}

export const instancesQuestion: Derive = (exchange) => {
  const body = jsonOf(exchange);
  if (!isJsonObject(body)) return body === undefined ? undefined : asItIs(body);
  const { instances, ...parameters } = body;
  if (!isMatrix(instances) || instances.length === 0) return asItIs(body);
  return { question: matrixQuestion(instances, parameters), model: { layout: "vector" } };
};

export const mlflowQuestion: Derive = (exchange) => {
  const body = jsonOf(exchange);
  if (!isJsonObject(body)) return body === undefined ? undefined : asItIs(body);
  const { dataframe_split: frame, inputs, params, ...others } = body;
  const parameters = params ?? {};
  if (Object.keys(others).length > 0 || !isJsonObject(parameters)) return asItIs(body);
  if (isMatrix(inputs) && inputs.length > 0)
    return {
      question: matrixQuestion(inputs, parameters),
      model: { layout: "vector", isLayoutWritten: true },
    };
  const { columns, data, ...rest } = isJsonObject(frame) ? frame : {};
  const isFrame = isJsonList(columns) && isMatrix(data) && data[0]?.length === columns.length;
  if (!isFrame || Object.keys(rest).length > 0) return asItIs(body);
  return { question: rowsOf(columns as readonly string[], data, parameters), model: { inputs: [] } };
};

export const torchserveQuestion: Derive = (exchange) => {
  const body = jsonOf(exchange);
  if (body === undefined) return undefined;
  const version = /^\/predictions\/[^/]+\/(.+)$/.exec(exchange.request.path)?.[1];
  const { instances, ...others } = isJsonObject(body) ? body : {};
  const isWrapped = isMatrix(instances) && Object.keys(others).length === 0;
  if (isMatrix(body) || isWrapped) {
    const rows = (isWrapped ? instances : body) as readonly (readonly JsonValue[])[];
    const wrap = isWrapped ? "instances" : "none";
    return { question: matrixQuestion(rows), model: { layout: "vector", wrap, version } };
  }
  return { ...asItIs(body), model: { version } };
};

export const bentomlQuestion: Derive = (exchange) => {
  const body = jsonOf(exchange);
  const endpoint = exchange.request.path;
  if (body === undefined) return undefined;
  if (!isJsonObject(body)) return { ...asItIs(body), model: { endpoint } };
  const [[arg, given] = [], second] = Object.entries(body);
  if (second === undefined && isMatrix(given) && given.length > 0)
    return { question: matrixQuestion(given), model: { arg, layout: "vector", endpoint } };
  const cells = Object.values(body);
  if (cells.length === 0 || cells.some((cell) => typeof cell === "object" && cell !== null))
    return { ...asItIs(body), model: { endpoint } };
  const question = { ...rowsOf(Object.keys(body), [cells]), isMany: false };
  return { question, model: { endpoint, layout: "named" } };
};

export const openInferenceQuestion: Derive = (exchange) => {
  const { request } = exchange;
  const version = /\/versions\/([^/]+)\/infer$/.exec(request.path)?.[1];
  const isBinary = request.body?.jsonPart !== undefined;
  const body = isBinary ? request.body.jsonPart : jsonOf(exchange);
  if (!isJsonObject(body) || !Object.keys(body).every((key) => keys.includes(key))) return undefined;
  const { inputs, outputs, parameters = {} } = body;
  if (!isJsonList(inputs) || !inputs.every(isJsonObject) || !isJsonObject(parameters)) return undefined;
  if (new Set(inputs.map(({ name }) => name)).size < inputs.length) return undefined;
  const names = wantedOutputs(outputs, isBinary);
  if (names === null) return undefined;
  const { binary_data_output: wantsBytes, ...rest } = parameters;
  if ((wantsBytes === true) !== (isBinary && names === undefined)) return undefined;
  const isFrame = rest["content_type"] === "pd";
  const tensors = isBinary
    ? binaryTensors(inputs, behind(exchange))
    : inputs.map((input) => jsonTensor(input, isFrame));
  if (tensors === undefined || tensors.some((tensor) => tensor === undefined)) return undefined;
  const given = Object.fromEntries(inputs.map((input, index) => [String(input["name"]), tensors[index]!]));
  return {
    question: { kind: "tensors", tensors: given, parameters: rest },
    model: {
      version,
      binary: isBinary,
      outputs: names && { names, label: undefined, probabilities: undefined },
    },
  };
};

const keys = ["id", "inputs", "outputs", "parameters"];

/** `null` where they are wanted in a way that we do not ask for. */
function wantedOutputs(
  outputs: JsonValue | undefined,
  isBinary: boolean,
): readonly string[] | null | undefined {
  if (outputs === undefined) return undefined;
  const wanted = (outputs as readonly JsonObject[]).map(({ name, parameters = {} }) => {
    const form = JSON.stringify(parameters);
    return form === (isBinary ? '{"binary_data":true}' : "{}") ? String(name) : null;
  });
  return wanted.includes(null) ? null : (wanted as string[]);
}

function jsonTensor(input: JsonObject, isFrame: boolean): JsonValue | undefined {
  const { shape, datatype, data, parameters = {} } = input;
  const type = elementType(datatype);
  const marked = isFrame && type === "string" ? '{"content_type":"str"}' : "{}";
  if (type === undefined || JSON.stringify(parameters) !== marked || !isJsonList(shape)) return undefined;
  if (!isJsonList(data) || data.some((value) => typeof value === "object")) return undefined;
  const count = (shape as readonly number[]).reduce((product, size) => product * size, 1);
  return data.length === count ? { shape, type, data } : undefined;
}

function behind({ request }: Exchange): Buffer {
  return bytesOf(request.body).subarray(Number(request.headers["inference-header-content-length"]));
}

function binaryTensors(inputs: readonly JsonObject[], bytes: Buffer): JsonValue[] | undefined {
  let start = 0;
  const tensors: JsonValue[] = [];
  for (const { shape, datatype, parameters } of inputs) {
    const size = isJsonObject(parameters) ? parameters["binary_data_size"] : undefined;
    const type = elementType(datatype);
    if (typeof size !== "number" || type === undefined) return undefined;
    const count = (shape as readonly number[]).reduce((product, each) => product * each, 1);
    const part = bytes.subarray(start, start + size);
    if (type === "string" && part.includes(0xff)) return undefined;
    const data = tensorData(type, part, count);
    if (data === undefined) return undefined;
    start += size;
    const values = Array.from(data as ArrayLike<JsonValue | bigint>, (value) =>
      typeof value === "bigint" ? String(value) : value,
    );
    tensors.push({ shape: shape!, type, data: values });
  }
  return tensors;
}
