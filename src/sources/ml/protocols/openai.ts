import { isJsonList, isJsonObject, type JsonObject, type JsonValue } from "../../../expression/value.js";
import { failure } from "../../../problems/orchestrator-error.js";
import { badResponse } from "../answers/bad-response.js";
import type { Answer, Question } from "../backend.js";
import type { Model } from "../model.js";
import type { Protocol, ProtocolRequest } from "./protocol.js";
import { replyJson } from "./reply-json.js";
import { serverWords } from "./server-words.js";

/** Servers that speak as OpenAI's do: chat from `messages`, embeddings of `input`. `base_url` ends in `/v1`. */
export const openaiProtocol: Protocol = {
  asks: ["messages", "input"],
  ready: () => ({ path: "/models" }),
  write: (question, model) => requestOf(question, model, bodyOf(question, model)),
  writeStream: (question, model) => requestOf(question, model, { ...bodyOf(question, model), stream: true }),
  read(reply, question): Answer {
    const whole = replyJson(reply);
    if (!isJsonObject(whole)) throw badResponse("it is no object");
    const value =
      question.kind === "input" ? embeddingValue(whole, question.input) : chatValue(whole, question);
    return { kind: "whole", value, raw: () => whole };
  },
  /** A quota that is used up will not come back by waiting. */
  failure(reply, body) {
    const { error } = isJsonObject(body) ? body : {};
    if (reply.status !== 429 || !isJsonObject(error) || error["code"] !== "insufficient_quota")
      return undefined;
    return failure("MODEL_FAILED", { status: 429 }, { cause: new Error(serverWords(reply, body)) });
  },
};

function requestOf({ kind }: Question, { endpoint }: Model, body: JsonObject): ProtocolRequest {
  return {
    path: endpoint ?? (kind === "input" ? "/embeddings" : "/chat/completions"),
    contentType: "application/json",
    body: JSON.stringify(body),
  };
}

function bodyOf(question: Question, { sentName }: Model): JsonObject {
  const { parameters } = question;
  if (question.kind === "messages") return { model: sentName, messages: question.messages, ...parameters };
  if (question.kind === "input") return { model: sentName, input: question.input, ...parameters };
  throw new Error(`The protocol has no ${question.kind}.`);
}

function chatValue(whole: JsonObject, { parameters }: Question): JsonValue {
  const choices = whole["choices"] ?? null;
  const choice = isJsonList(choices) ? choices[0] : undefined;
  const message = isJsonObject(choice) ? (choice["message"] ?? null) : null;
  if (!isJsonObject(choice) || !isJsonObject(message)) throw badResponse("it has no choice with a message");
  const text = message["content"] ?? null;
  return {
    text,
    ...(message["tool_calls"] === undefined ? {} : { tool_calls: message["tool_calls"] }),
    ...(wantsJson(parameters) ? { json: parsed(text) } : {}),
    finish_reason: choice["finish_reason"] ?? null,
    ...answerer(whole),
  };
}

function embeddingValue(whole: JsonObject, input: JsonValue): JsonValue {
  const data = whole["data"] ?? null;
  if (!isJsonList(data) || !data.every(isJsonObject)) throw badResponse("it has no embeddings");
  const isMany = isJsonList(input) && (input.length === 0 || typeof input[0] !== "number");
  const count = isMany ? input.length : 1;
  if (data.length !== count) throw badResponse(`it has ${data.length} embeddings for ${count} inputs`);
  const embeddings = [...(data as readonly JsonObject[])]
    .sort((a, b) => Number(a["index"]) - Number(b["index"]))
    .map(({ embedding }) => numbersOf(embedding ?? null));
  return { ...(isMany ? { embeddings } : { embedding: embeddings[0]! }), ...answerer(whole) };
}

function answerer({ usage, model }: JsonObject): JsonObject {
  return { ...(usage === undefined ? {} : { usage }), ...(model === undefined ? {} : { model }) };
}

/** A list, or little-endian float32 in base64. */
function numbersOf(embedding: JsonValue): JsonValue {
  if (isJsonList(embedding)) return embedding;
  if (typeof embedding !== "string") throw badResponse("an embedding is no list");
  const bytes = Buffer.from(embedding, "base64");
  return Array.from({ length: Math.floor(bytes.length / 4) }, (_, index) => bytes.readFloatLE(index * 4));
}

function wantsJson({ response_format: format }: JsonObject): boolean {
  return isJsonObject(format) && (format["type"] === "json_object" || format["type"] === "json_schema");
}

/** A model may break its promise of JSON: null then. */
function parsed(text: JsonValue): JsonValue {
  if (typeof text !== "string") return null;
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return null;
  }
}
