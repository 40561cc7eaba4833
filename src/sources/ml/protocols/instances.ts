import { isJsonObject, type JsonValue } from "../../../expression/value.js";
import { badResponse } from "../answers/bad-response.js";
import type { Question } from "../backend.js";
import type { Model } from "../model.js";
import { predictionsAnswer } from "./predictions.js";
import type { Protocol, ProtocolRequest } from "./protocol.js";
import { replyJson } from "./reply-json.js";
import { listText, objectText, rowText } from "./row-text.js";

/** What TensorFlow Serving and version 1 of KServe's protocol have in common. */
export function instancesProtocol(
  pathOf: (model: Model) => string,
  ready: NonNullable<Protocol["ready"]>,
): Protocol {
  return {
    asks: ["features", "rows", "tensors"],
    ready,
    write: (question, model): ProtocolRequest => ({
      path: model.endpoint ?? `${pathOf(model)}:predict`,
      contentType: "application/json",
      body: bodyOf(question, model),
    }),
    read(reply, question) {
      const whole = replyJson(reply);
      const found = isJsonObject(whole) ? (whole["predictions"] ?? whole["outputs"] ?? null) : null;
      // A batching proxy gives upstream failures as a success without predictions.
      if (found === null) throw badResponse(`it has no predictions: ${messageIn(whole)}`);
      return predictionsAnswer(found, question, whole);
    },
  };
}

function bodyOf(question: Question, model: Model): string {
  if (question.kind === "tensors") {
    const { tensors, parameters } = question;
    return JSON.stringify(isJsonObject(tensors) ? { ...tensors, ...parameters } : tensors);
  }
  if (question.kind !== "rows") throw new Error(`The protocol has no ${question.kind}.`);
  return objectText({ instances: listText(rowText(question, model.layout)) }, question.parameters);
}

function messageIn(whole: JsonValue): string {
  const message = isJsonObject(whole) ? whole["message"] : undefined;
  return typeof message === "string" ? message : "no reason is given";
}
