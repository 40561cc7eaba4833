import { isJsonObject, type JsonObject, type JsonValue } from "../../expression/value.js";
import type { OpenapiDocument } from "./document.js";
import type { NameSet } from "./names.js";
import type { SchemaImport } from "./schemas.js";

/** How a media type is written and read; `undefined` for one that is none of these. */
function typeOfContent(mediaType: string): "json" | "form" | "multipart" | "xml" | "text" | "bytes" {
  const type = mediaType.split(";", 1)[0]!.trim().toLowerCase();
  if (type === "*/*" || /^(application|text)\/(.*\+)?json$/.test(type)) return "json";
  if (type === "application/x-www-form-urlencoded") return "form";
  if (type.startsWith("multipart/")) return "multipart";
  if (/^(application|text)\/(.*\+)?xml$/.test(type)) return "xml";
  return type.startsWith("text/") ? "text" : "bytes";
}

const order = ["json", "form", "multipart", "xml", "text", "bytes"] as const;

/** The best of the media types that are offered. */
function bestContent(content: JsonValue) {
  if (!isJsonObject(content)) return undefined;
  const offered = Object.entries(content).map(([name, media]) => ({
    name,
    media,
    type: typeOfContent(name),
  }));
  return offered.sort((a, b) => order.indexOf(a.type) - order.indexOf(b.type))[0];
}

/** The body that a step passes whole, under one name. */
export function importBody(
  requestBody: JsonObject | undefined,
  names: NameSet,
  remarks: string[],
): JsonObject | undefined {
  const best = bestContent(requestBody?.["content"] ?? null);
  if (best === undefined) return undefined;
  if (best.type === "bytes") remarks.push(`its body (${best.name}) is passed as base64`);
  const body = `$params.${names.add("body")}`;
  const isPlain = ["*/*", "application/json"].includes(best.name);
  const type = best.type === "json" ? {} : { body_type: best.type };
  const header = isPlain || best.type === "multipart" || best.type === "form" ? {} : contentType(best.name);
  return { ...header, ...type, body };
}

function contentType(name: string): JsonObject {
  return name.includes("*") ? {} : { headers: { "Content-Type": name } };
}

/** How the answer of an operation is read and what it holds. */
export function importAnswer(
  responses: JsonValue,
  document: OpenapiDocument,
  schemas: SchemaImport,
): JsonObject {
  const response = successOf(responses, document);
  const best = bestContent(response?.["content"] ?? null);
  if (best === undefined) return {};
  if (best.type === "multipart") return { response_type: "bytes" };
  const type = best.type === "json" ? {} : { response_type: best.type };
  const written = isJsonObject(best.media) ? best.media["schema"] : undefined;
  if (written === undefined || best.type !== "json") return type;
  const schema = schemas.use(written);
  return schema === undefined ? type : { ...type, schema };
}

/** The answer to a call that succeeds: the lowest 2xx that is described. */
function successOf(responses: JsonValue, document: OpenapiDocument): JsonObject | undefined {
  if (!isJsonObject(responses)) return undefined;
  const statuses = Object.keys(responses)
    .filter((status) => /^2(\d\d|XX)$/i.test(status))
    .sort();
  const withContent = statuses
    .map((status) => document.resolve(responses[status]))
    .filter((each) => each?.["content"] !== undefined);
  return withContent[0] ?? document.resolve(responses[statuses[0] ?? "default"]);
}
