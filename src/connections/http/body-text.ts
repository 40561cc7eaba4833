import { isUtf8 } from "node:buffer";
import type { OrchestratorError } from "../../problems/orchestrator-error.js";
import type { HttpReply } from "./http-reply.js";
import { replyInvalid } from "./reply-invalid.js";

/**
 * The body of an answer as text, in the charset of its Content-Type, else in the one that the body itself names, else
 * UTF-8. A byte order mark is dropped.
 * Throws SOURCE_REPLY_INVALID where the bytes are not of that charset.
 */
export function bodyText(reply: HttpReply, named?: string): string {
  const type = reply.header("content-type");
  const isNamed = named !== undefined && type?.toLowerCase().includes("charset=") !== true;
  const charset = charsetOf(isNamed ? `charset=${named}` : type);
  return charset === undefined ? utf8Text(reply.body) : otherText(reply.body, charset);
}

/** `undefined` for UTF-8 and what is part of it. */
function charsetOf(contentType: string | undefined): string | undefined {
  const start = contentType?.toLowerCase().indexOf("charset=") ?? -1;
  if (contentType === undefined || start < 0) return undefined;
  const [charset] = contentType
    .slice(start + "charset=".length)
    .replace(/^"/, "")
    .toLowerCase()
    .split(/[";\s]/);
  return charset === undefined || ["utf-8", "utf8", "us-ascii", ""].includes(charset) ? undefined : charset;
}

const byteOrderMark = 0xfeff;

function utf8Text(body: Buffer): string {
  const text = body.toString("utf8");
  // The replacement character is rarely there, and only then does it matter whether it stands for wrong bytes.
  if (text.includes("\uFFFD") && !isUtf8(body)) throw notOfCharset("UTF-8");
  return text.charCodeAt(0) === byteOrderMark ? text.slice(1) : text;
}

function otherText(body: Buffer, charset: string): string {
  try {
    return new TextDecoder(charset, { fatal: true }).decode(body);
  } catch (error) {
    throw notOfCharset(charset, error);
  }
}

function notOfCharset(charset: string, cause?: unknown): OrchestratorError {
  return replyInvalid(`its body is not text in the charset ${charset}`, cause);
}
