import type { JsonObject } from "../../../../expression/value.js";
import { failure } from "../../../../problems/orchestrator-error.js";
import type { Model } from "../../model.js";
import type { Tensor } from "../../tensors/tensor.js";
import { tensorBytes } from "../../tensors/tensor-bytes.js";
import type { ProtocolRequest } from "../protocol.js";
import { datatypeOf } from "./datatypes.js";

/** The body of a question: all in JSON, or JSON with the tensors behind it as bytes. */
export function inferRequest(
  path: string,
  tensors: readonly Tensor[],
  parameters: JsonObject,
  model: Model,
): ProtocolRequest {
  return model.binary
    ? binaryRequest(path, tensors, parameters, model)
    : {
        path,
        contentType: "application/json",
        body: bodyText(
          tensors.map((tensor) => inputText(tensor, parameters)),
          parameters,
          model,
        ),
      };
}

function binaryRequest(
  path: string,
  tensors: readonly Tensor[],
  parameters: JsonObject,
  model: Model,
): ProtocolRequest {
  const parts = tensors.map(tensorBytes);
  const inputs = tensors.map((tensor, index) => {
    return JSON.stringify({ ...headOf(tensor), parameters: { binary_data_size: parts[index]!.length } });
  });
  const asked: JsonObject =
    model.outputs === undefined ? { ...parameters, binary_data_output: true } : parameters;
  const head = Buffer.from(bodyText(inputs, asked, model));
  return {
    path,
    contentType: "application/octet-stream",
    body: Buffer.concat([head, ...parts]),
    headers: ["inference-header-content-length", String(head.length)],
  };
}

function bodyText(inputs: readonly string[], parameters: JsonObject, { outputs, binary }: Model): string {
  const wanted = outputs?.names.map((name) =>
    binary ? { name, parameters: { binary_data: true } } : { name },
  );
  const members = [
    ...(Object.keys(parameters).length === 0 ? [] : [`"parameters":${JSON.stringify(parameters)}`]),
    `"inputs":[${inputs.join(",")}]`,
    ...(wanted === undefined ? [] : [`"outputs":${JSON.stringify(wanted)}`]),
  ];
  return `{${members.join(",")}}`;
}

function headOf({ name, type, shape }: Tensor): JsonObject {
  return { name, shape, datatype: datatypeOf(type) };
}

/** Text columns of a data frame are marked, for servers that decode them otherwise. */
function inputText(tensor: Tensor, parameters: JsonObject): string {
  const { type } = tensor;
  const isFrameText = type === "string" && parameters["content_type"] === "pd";
  const head = JSON.stringify({
    ...headOf(tensor),
    ...(isFrameText ? { parameters: { content_type: "str" } } : {}),
  });
  return `${head.slice(0, -1)},"data":[${dataText(tensor)}]}`;
}

function dataText({ name, type, data }: Tensor): string {
  const isBig = type === "int64" || type === "uint64";
  const parts: string[] = [];
  for (const value of data) {
    if (value === null || Number.isNaN(value)) {
      const reason = "a value that is missing has no form in JSON: write `binary: true`";
      throw failure("FEATURE_INVALID", { name, reason }, { wasSent: false });
    }
    parts.push(isBig ? String(value) : JSON.stringify(value));
  }
  return parts.join(",");
}
