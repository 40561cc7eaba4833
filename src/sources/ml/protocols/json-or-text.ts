import { isUtf8 } from "node:buffer";
import type { HttpReply } from "../../../connections/http/http-reply.js";
import type { JsonValue } from "../../../expression/value.js";
import { badResponse } from "../answers/bad-response.js";
import { parseModelJson } from "./reply-json.js";

/**
 * The value of an answer that may be JSON or bare text: what it is labelled as says neither. Throws MODEL_BAD_RESPONSE for
 * bytes that are no text.
 */
export function jsonOrText({ body }: HttpReply): JsonValue {
  if (!isUtf8(body)) throw badResponse("it is not text");
  const text = body.toString("utf8");
  if (text === "") return null;
  try {
    return parseModelJson(text);
  } catch {
    return text;
  }
}
