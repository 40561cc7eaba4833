import { bodyText } from "../../../connections/http/body-text.js";
import type { HttpReply } from "../../../connections/http/http-reply.js";
import { parseJson } from "../../../connections/http/parse-json.js";
import type { JsonValue } from "../../../expression/value.js";
import { OrchestratorError } from "../../../problems/orchestrator-error.js";
import { badResponse } from "../answers/bad-response.js";

/** The JSON of an answer, whatever its content type says. Throws MODEL_BAD_RESPONSE. */
export function replyJson(reply: HttpReply): JsonValue {
  let text: string;
  try {
    text = bodyText(reply);
  } catch (error) {
    throw badResponse("it is not text", error);
  }
  return parseModelJson(text);
}

/** JSON as model servers write it: some have words for numbers that JSON lacks, which become null. */
export function parseModelJson(text: string): JsonValue {
  try {
    return parseJson(text);
  } catch (error) {
    if (!(error instanceof OrchestratorError)) throw error;
    try {
      return parseJson(withoutNonNumbers(text));
    } catch {
      throw badResponse(`its body is not JSON: ${text.slice(0, 200)}`, error);
    }
  }
}

/** Texts in quotes, kept, or one of Python's words for a number that is none. */
const textOrWord = /"(?:[^"\\]|\\.)*"|-?\b(?:NaN|nan|Infinity|inf)\b/gs;

function withoutNonNumbers(text: string): string {
  return text.replace(textOrWord, (found) => (found.startsWith('"') ? found : "null"));
}
