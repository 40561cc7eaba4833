import type { IncomingHttpHeaders } from "node:http";
import { buffer } from "node:stream/consumers";
import { serve, type LocalServer } from "../../connections/http/local-server.js";
import type { JsonValue } from "../../../src/expression/value.js";

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** The body as JSON. */
  readonly json: JsonValue;
}

export interface Given {
  readonly status?: number | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Text and bytes go as they are, everything else as JSON. */
  readonly body?: unknown;
  readonly afterMs?: number | undefined;
}

export interface ModelServer extends LocalServer {
  readonly asked: Asked[];
}

/** A model server that answers as a test says, and keeps what it was asked. */
export async function modelServer(answer: (asked: Asked) => Given): Promise<ModelServer> {
  const asked: Asked[] = [];
  const server = await serve((request, response) => {
    void buffer(request).then((body) => {
      const json = body.length === 0 ? null : jsonIn(body);
      const one = { method: request.method!, path: request.url!, headers: request.headers, body, json };
      asked.push(one);
      const { status = 200, headers = {}, body: reply = "", afterMs = 0 } = answer(one);
      const bytes = typeof reply === "string" || Buffer.isBuffer(reply) ? reply : JSON.stringify(reply);
      setTimeout(() => response.writeHead(status, headers).end(bytes), afterMs);
    });
  });
  return { ...server, asked };
}

function jsonIn(body: Buffer): JsonValue {
  try {
    return JSON.parse(body.toString("utf8")) as JsonValue;
  } catch {
    return null;
  }
}
