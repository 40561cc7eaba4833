import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { JsonObject, JsonValue } from "../../../src/expression/value.js";
import { modelServer, type Asked, type ModelServer } from "./model-server.js";

const folder = resolve(import.meta.dirname, "../../fixtures/ml/exchanges");

export interface Body {
  readonly json?: JsonValue;
  readonly text?: string;
  readonly base64?: string;
  readonly jsonPart?: JsonObject;
}

/** What a real server was asked, and what it answered. */
export interface Exchange {
  readonly name: string;
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: Body | null;
  };
  readonly response: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: Body | null;
  };
}

/** The recordings of one server, in their order. */
export function exchangesOf<Recorded = Exchange>(server: string): readonly Recorded[] {
  return JSON.parse(readFileSync(join(folder, `${server}.json`), "utf8")) as Recorded[];
}

export function bytesOf(body: Body | null | undefined): Buffer {
  if (body === null || body === undefined) return Buffer.alloc(0);
  if (body.base64 !== undefined) return Buffer.from(body.base64, "base64");
  return Buffer.from(body.text ?? JSON.stringify(body.json));
}

/** A server that answers as recorded what it was asked as recorded, and 599 everything else. */
export async function replay(
  exchanges: readonly Exchange[],
): Promise<ModelServer & { readonly matched: string[] }> {
  const matched: string[] = [];
  const server = await modelServer((asked) => {
    const same = exchanges.filter((exchange) => isSame(exchange, asked));
    const found = same.find(({ name }) => !matched.includes(name)) ?? same.at(-1);
    if (found === undefined) return { status: 599, body: "not recorded" };
    matched.push(found.name);
    return answerOf(found);
  });
  return { ...server, matched };
}

export function answerOf({ response }: Exchange) {
  const headers = without(response.headers, "transfer-encoding");
  return { status: response.status, headers, body: bytesOf(response.body) };
}

const comparedHeaders = ["content-type", "content-encoding", "accept-encoding", "authorization"];

/** By meaning: the order of keys and the spelling of numbers do not count, nor does `id`; bytes behind the JSON do. */
function isSame({ request }: Exchange, asked: Asked): boolean {
  if (request.method !== asked.method || request.path !== asked.path) return false;
  const differs = (name: string) => request.headers[name] !== asked.headers[name];
  if (comparedHeaders.some((name) => name in request.headers && differs(name))) return false;
  const recorded = bytesOf(request.body);
  if (recorded.equals(asked.body)) return true;
  const length = (headers: Readonly<Record<string, unknown>>) =>
    Number(headers["inference-header-content-length"] ?? NaN);
  const [ours, theirs] = [length(asked.headers), length(request.headers)];
  if (Number.isNaN(ours) !== Number.isNaN(theirs)) return false;
  const [head, rest] = split(asked.body, ours);
  const [recordedHead, recordedRest] = split(recorded, theirs);
  return isDeepStrictEqual(meaning(head), meaning(recordedHead)) && rest.equals(recordedRest);
}

function split(bytes: Buffer, at: number): [Buffer, Buffer] {
  const end = Number.isNaN(at) ? bytes.length : at;
  return [bytes.subarray(0, end), bytes.subarray(end)];
}

function meaning(bytes: Buffer): unknown {
  try {
    const exact = bytes.toString("utf8").replace(/(?<=[[,:])-?\d{16,}(?=[\],}])/g, '"$&"');
    const value = JSON.parse(exact) as JsonValue;
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    return without(value as JsonObject, "id");
  } catch {
    return bytes.toString("latin1");
  }
}

function without<Value>(record: Readonly<Record<string, Value>>, name: string): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).filter(([key]) => key !== name));
}
