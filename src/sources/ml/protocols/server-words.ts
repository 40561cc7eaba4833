import type { HttpReply } from "../../../connections/http/http-reply.js";
import { isJsonList, isJsonObject, type JsonValue } from "../../../expression/value.js";

/** The body of a failing answer, as far as it is JSON. */
export function failureBody(reply: HttpReply): JsonValue | undefined {
  try {
    return JSON.parse(reply.body.toString("utf8")) as JsonValue;
  } catch {
    return undefined;
  }
}

/** What a model server says went wrong, in whichever of the usual forms; for the operator's log. */
export function serverWords(reply: HttpReply, body: JsonValue | undefined): string {
  return (wordsIn(body) ?? reply.body.toString("utf8")).slice(0, 500);
}

function wordsIn(body: JsonValue | undefined): string | undefined {
  if (typeof body === "string") return body;
  if (isJsonList(body)) return wordsIn(body[0]);
  if (!isJsonObject(body)) return undefined;
  const { error, message, detail } = body;
  if (isJsonObject(error)) return wordsIn(error["message"]);
  if (typeof error === "string") return error;
  if (typeof message === "string") return message;
  if (typeof detail === "string") return detail;
  const first = isJsonList(detail) ? detail[0] : undefined;
  return isJsonObject(first) ? wordsIn(first["msg"]) : undefined;
}
