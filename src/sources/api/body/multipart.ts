import { createHash } from "node:crypto";
import { isHeaderValue } from "../../../connections/http/header-rules.js";
import { isJsonList, isJsonObject, type JsonObject, type JsonValue } from "../../../expression/value.js";
import { refusedValue, wireText } from "../wire-text.js";
import { base64Bytes } from "./base64-bytes.js";

/** A `multipart/form-data` body with the Content-Type that names its boundary. */
export interface MultipartBody {
  readonly contentType: string;
  readonly content: Buffer;
}

const fileKeys = ["filename", "content_type", "content", "encoding"];

/**
 * A mapping of names to values, lists of them, and files: `{ filename, content_type, content }`, whose content is
 * text, or bytes with `encoding: base64`. The boundary is a hash of all parts, so that none of them can contain it.
 * Null is left out. Throws PARAMETER_INVALID.
 */
export function writeMultipart(value: JsonValue): MultipartBody | null {
  if (value === null) return null;
  if (!isJsonObject(value)) throw refusedValue("body", "multipart is a mapping of names to values and files");
  const parts = Object.entries(value).flatMap(([name, each]) =>
    (isJsonList(each) ? each : [each]).filter((item) => item !== null).map((item) => partOf(name, item)),
  );
  const boundary = boundaryOf(parts);
  const pieces = parts.flatMap(({ head, content }) => [
    Buffer.from(`--${boundary}\r\n${head}\r\n\r\n`),
    content,
    Buffer.from("\r\n"),
  ]);
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    content: Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`)]),
  };
}

interface Part {
  readonly head: string;
  readonly content: Buffer;
}

function partOf(name: string, value: Exclude<JsonValue, null>): Part {
  const disposition = `Content-Disposition: form-data; name="${quoted(name)}"`;
  if (!isJsonObject(value)) return { head: disposition, content: Buffer.from(wireText(value, name)) };
  const unknown = Object.keys(value).find((key) => !fileKeys.includes(key));
  if (unknown !== undefined || !("content" in value)) {
    throw refusedValue(name, "a file has `filename`, `content_type`, `content` and `encoding`");
  }
  const filename = quoted(textOf(value, "filename", name) ?? name);
  const type = textOf(value, "content_type", name) ?? "application/octet-stream";
  if (!isHeaderValue(type))
    throw refusedValue(name, "its content type has a character that a header cannot hold");
  return {
    head: `${disposition}; filename="${filename}"\r\nContent-Type: ${type}`,
    content: contentOf(value, name),
  };
}

function contentOf({ content = null, encoding = null }: JsonObject, name: string): Buffer {
  if (encoding === "base64") return base64Bytes(content, name);
  if (encoding !== null && encoding !== "text")
    throw refusedValue(name, "its `encoding` is not one of text and base64");
  return Buffer.from(content === null ? "" : wireText(content, name));
}

function textOf(file: JsonObject, key: string, name: string): string | undefined {
  const value = file[key] ?? null;
  return value === null ? undefined : wireText(value, name);
}

/** As browsers write it: what would end the quotes or the line is percent-encoded. */
function quoted(text: string): string {
  return text.replaceAll('"', "%22").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function boundaryOf(parts: readonly Part[]): string {
  const hash = createHash("sha256");
  for (const { head, content } of parts) hash.update(head).update("\0").update(content).update("\0");
  return `part-${hash.digest("hex")}`;
}
