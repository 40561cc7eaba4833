import { isJsonList, type JsonValue } from "../../../expression/value.js";
import type { Answer, RowsQuestion } from "../backend.js";
import type { Model } from "../model.js";
import { jsonBody } from "./json-body.js";
import { jsonOrText } from "./json-or-text.js";
import { predictionsAnswer } from "./predictions.js";
import type { Protocol } from "./protocol.js";
import { listText, objectText, rowText } from "./row-text.js";

/** BentoML services: rows as one named argument, or a row as the arguments themselves. */
export const bentomlProtocol: Protocol = {
  asks: ["features", "rows", "tensors"],
  ready: () => ({ path: "/readyz" }),
  write: (question, model) => ({
    path: model.endpoint ?? `/${encodeURIComponent(model.sentName)}`,
    contentType: "application/json",
    body: jsonBody(question, (asked) => rowsBody(asked, model)),
  }),
  read(reply, question, model): Answer {
    const value = jsonOrText(reply);
    if (question.kind !== "rows") return { kind: "whole", value, raw: () => value };
    const isOfRow = model.arg === undefined && !question.isMany;
    const found = isOfRow || !isJsonList(value) ? oneOrAll(value, question.rows.length) : value;
    return predictionsAnswer(found, question, value);
  },
};

/** The answer to the arguments of one row is the prediction, whatever it is. */
function oneOrAll(value: JsonValue, count: number): JsonValue {
  return count === 1 ? [value] : value;
}

function rowsBody(question: RowsQuestion, model: Model): string {
  const { parameters } = question;
  const rows = rowText(question, model.layout);
  if (model.arg !== undefined) return objectText({ [model.arg]: listText(rows) }, parameters);
  if (question.isMany) return listText(rows);
  const more = Object.keys(parameters).length === 0 ? "" : JSON.stringify(parameters).slice(1, -1);
  return more === "" ? rows[0]! : rows[0]!.replace(/}$/, `,${more}}`);
}
