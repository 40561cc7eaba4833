import type { JsonObject, JsonValue } from "../../../expression/value.js";
import type { Question } from "../backend.js";
import { replyJson } from "./reply-json.js";
import type { Protocol } from "./protocol.js";
import { rowObjects } from "./row-objects.js";

/** Any server that takes a JSON object of features; its answer is the step's value as it is. */
export const jsonProtocol: Protocol = {
  asks: ["features", "rows", "tensors"],
  write(question, model) {
    return {
      path: model.endpoint ?? "/predict",
      contentType: "application/json",
      body: JSON.stringify(bodyOf(question)),
    };
  },
  read(reply) {
    const value = reply.body.length === 0 ? null : replyJson(reply);
    return { kind: "whole", value, raw: () => value };
  },
};

function bodyOf(question: Question): JsonValue {
  if (question.kind === "tensors") return question.tensors;
  if (question.kind !== "rows") throw new Error(`The protocol has no ${question.kind}.`);
  const objects = rowObjects(question);
  const features: JsonObject = { features: question.isMany ? objects : objects[0]! };
  return { ...features, ...question.parameters };
}
