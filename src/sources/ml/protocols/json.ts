import type { Question } from "../backend.js";
import { replyJson } from "./reply-json.js";
import type { Protocol } from "./protocol.js";
import { listText, objectText, rowText } from "./row-text.js";

/** Any server that takes a JSON object of features; its answer is the step's value as it is. */
export const jsonProtocol: Protocol = {
  asks: ["features", "rows", "tensors"],
  write(question, model) {
    return {
      path: model.endpoint ?? "/predict",
      contentType: "application/json",
      body: bodyOf(question),
    };
  },
  read(reply) {
    const value = reply.body.length === 0 ? null : replyJson(reply);
    return { kind: "whole", value, raw: () => value };
  },
};

function bodyOf(question: Question): string {
  if (question.kind === "tensors") return JSON.stringify(question.tensors);
  if (question.kind !== "rows") throw new Error(`The protocol has no ${question.kind}.`);
  const rows = rowText(question, "named");
  return objectText({ features: question.isMany ? listText(rows) : rows[0]! }, question.parameters);
}
