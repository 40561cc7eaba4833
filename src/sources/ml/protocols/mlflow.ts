import { isJsonObject, type JsonObject, type JsonValue } from "../../../expression/value.js";
import { failure } from "../../../problems/orchestrator-error.js";
import { badResponse } from "../answers/bad-response.js";
import type { Question, RowsQuestion } from "../backend.js";
import type { Model } from "../model.js";
import { predictionsAnswer } from "./predictions.js";
import type { Protocol } from "./protocol.js";
import { replyJson } from "./reply-json.js";
import { listText, objectText, rowText, valueText } from "./row-text.js";

/** MLflow's scoring server: rows as a data frame, which keeps the order of its columns, or as a matrix. */
export const mlflowProtocol: Protocol = {
  asks: ["features", "rows", "tensors"],
  ready: () => ({ path: "/ping" }),
  write: (question, model) => ({
    path: model.endpoint ?? "/invocations",
    contentType: "application/json",
    body: bodyOf(question, model),
  }),
  read(reply, question) {
    const whole = replyJson(reply);
    const found = isJsonObject(whole) ? (whole["predictions"] ?? null) : null;
    if (found === null) throw badResponse("it has no predictions");
    return predictionsAnswer(found, question, whole);
  },
  /** An exception of the model comes as 400, with its trace. */
  failure(reply, body) {
    if (reply.status !== 400 || !isJsonObject(body) || body["stack_trace"] === undefined) return undefined;
    return failure("MODEL_FAILED", { status: 400 }, { upstreamStatus: 400, cause: causeOf(body) });
  },
};

function causeOf({ message }: JsonObject): Error {
  return new Error(typeof message === "string" ? message.slice(0, 500) : "the model failed");
}

function bodyOf(question: Question, model: Model): string {
  const { parameters } = question;
  const params: JsonObject = Object.keys(parameters).length === 0 ? {} : { params: parameters };
  if (question.kind === "tensors") return JSON.stringify(withParams(question.tensors, params));
  if (question.kind !== "rows") throw new Error(`The protocol has no ${question.kind}.`);
  if (model.layout === "vector" && model.isLayoutWritten)
    return objectText({ inputs: listText(rowText(question, "vector")) }, params);
  return objectText({ dataframe_split: frameText(question, model) }, params);
}

function withParams(body: JsonValue, params: JsonObject): JsonValue {
  return isJsonObject(body) ? { ...body, ...params } : body;
}

/** Columns in the order of the feature vector; where there is none, by name, so that equal rows are equal requests. */
function frameText({ features, rows }: RowsQuestion, { inputs }: Model): string {
  const order = features.map((_, index) => index);
  if (inputs === undefined) order.sort((a, b) => (features[a]!.name < features[b]!.name ? -1 : 1));
  const columns = order.map((index) => JSON.stringify(features[index]!.name));
  const data = rows.map((row) => listText(order.map((index) => valueText(row[index]!, features[index]!))));
  return `{"columns":${listText(columns)},"data":${listText(data)}}`;
}
