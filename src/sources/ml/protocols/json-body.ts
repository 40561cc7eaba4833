import { isJsonObject } from "../../../expression/value.js";
import type { Question, RowsQuestion } from "../backend.js";

/**
 * The body of a question to a protocol of JSON. Tensors are the body as it is, with the parameters beside them where
 * they are an object. Throws for a question that the protocol is never asked.
 */
export function jsonBody(question: Question, ofRows: (question: RowsQuestion) => string): string {
  if (question.kind === "tensors") {
    const { tensors, parameters } = question;
    return JSON.stringify(isJsonObject(tensors) ? { ...tensors, ...parameters } : tensors);
  }
  if (question.kind !== "rows") throw new Error(`The protocol has no ${question.kind}.`);
  return ofRows(question);
}
