import { bodyText } from "../../../connections/http/body-text.js";
import type { HttpReply } from "../../../connections/http/http-reply.js";
import { isJsonList, isJsonObject, type JsonValue } from "../../../expression/value.js";
import type { Answer, Question, RowsQuestion } from "../backend.js";
import type { Model } from "../model.js";
import { jsonBody } from "./json-body.js";
import { jsonOrText } from "./json-or-text.js";
import { predictionsAnswer } from "./predictions.js";
import type { ProtocolRequest } from "./protocol.js";
import { listText, objectText, rowText } from "./row-text.js";

/** What servers take whose models settle themselves what they read: JSON, wrapped or not, or CSV. */
export function freeFormRequest(path: string, question: Question, model: Model): ProtocolRequest {
  if (question.kind === "rows" && model.requestFormat === "csv")
    return { path, contentType: "text/csv", body: csvText(question) };
  return {
    path,
    contentType: "application/json",
    body: jsonBody(question, (asked) => rowsBody(asked, model)),
  };
}

/** A list with one for each row, bare or under `predictions`; CSV has a line for each row, or all in one line. */
export function freeFormAnswer(reply: HttpReply, question: Question): Answer {
  if (reply.header("content-type")?.startsWith("text/csv") === true) {
    const lines = csvLines(bodyText(reply));
    return predictionsAnswer(csvPredictions(lines, question), question, lines);
  }
  const value = jsonOrText(reply);
  const found = isJsonObject(value) ? (value["predictions"] ?? value) : value;
  if (question.kind !== "rows") return { kind: "whole", value: found, raw: () => value };
  const isOne = !isJsonList(found) && question.rows.length === 1;
  return predictionsAnswer(isOne ? [found] : found, question, value);
}

function rowsBody(question: RowsQuestion, model: Model): string {
  const { parameters } = question;
  const rows = rowText(question, model.layout);
  if (model.wrap === "instances") return objectText({ instances: listText(rows) }, parameters);
  return question.isMany || model.layout === "vector" ? listText(rows) : rows[0]!;
}

/** Without a header; a value that is missing is an empty field. */
function csvText({ rows }: RowsQuestion): string {
  return rows.map((row) => row.flat().map(csvField).join(",")).join("\n") + "\n";
}

function csvField(value: JsonValue): string {
  if (value === null || Number.isNaN(value)) return "";
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function csvLines(text: string): readonly (readonly JsonValue[])[] {
  return text
    .split(/\r?\n/)
    .filter((line) => line !== "")
    .map((line) => line.split(",").map((field) => csvValue(field.trim())));
}

function csvValue(field: string): JsonValue {
  if (field === "") return null;
  const number = Number(field);
  return Number.isFinite(number) ? number : /^-?(nan|inf(inity)?)$/i.test(field) ? null : field;
}

function csvPredictions(lines: readonly (readonly JsonValue[])[], question: Question): JsonValue {
  const count = question.kind === "rows" ? question.rows.length : lines.length;
  if (lines.length === 1 && count !== 1) return lines[0]!;
  return lines.map((line) => (line.length === 1 ? line[0]! : line));
}
