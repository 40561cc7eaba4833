import {
  createSecureServer,
  createServer,
  type Http2SecureServer,
  type Http2Server,
  type SecureServerOptions,
  type ServerHttp2Session,
} from "node:http2";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import type { JsonObject } from "../../../src/expression/value.js";
import { nodeHost } from "../../../src/host/node-host.js";
import { asOrchestratorError } from "../../../src/problems/orchestrator-error.js";
import { stepValue } from "../../../src/sources/ml/answers/step-value.js";
import type { Answer, Backend, Question } from "../../../src/sources/ml/backend.js";
import { modelOf, type Model } from "../../../src/sources/ml/model.js";
import { GrpcHost } from "../../../src/sources/ml/protocols/grpc/grpc-host.js";
import { settingsSchema } from "../../../src/sources/ml/settings.js";

export interface GrpcServer {
  readonly url: string;
  readonly asked: { readonly method: string; readonly message: Buffer; readonly headers: JsonObject }[];
  readonly sessions: Set<ServerHttp2Session>;
  /** With which code each stream was closed. */
  readonly closed: number[];
}

export type Reply = {
  readonly code: number;
  readonly message?: Buffer;
  readonly words?: string;
  readonly afterMs?: number;
  /** In place of the message in its frame. */
  readonly body?: Buffer;
  /** An answer of HTTP alone, which has no status of gRPC. */
  readonly httpStatus?: number;
};

let server: Http2Server | Http2SecureServer | undefined;
let host: GrpcHost | undefined;
const sessions = new Set<ServerHttp2Session>();

/** Ends what `serve` and `backendOf` have begun. */
export async function stop(): Promise<void> {
  await host?.close();
  await stopServer();
  host = undefined;
}

export async function stopServer(): Promise<void> {
  for (const session of sessions) session.destroy();
  sessions.clear();
  await new Promise((closed) => (server === undefined ? closed(undefined) : server.close(closed)));
  server = undefined;
}

/** A server of gRPC in its plainest form. */
export async function serve(
  answer: (method: string, message: Buffer) => Reply,
  secure?: SecureServerOptions,
): Promise<GrpcServer> {
  const asked: GrpcServer["asked"] = [];
  const closed: number[] = [];
  const opened = secure === undefined ? createServer() : createSecureServer(secure);
  server = opened;
  server.on("session", (session) => void sessions.add(session));
  server.on("stream", (stream, headers) => {
    stream.on("error", () => undefined).on("close", () => closed.push(stream.rstCode));
    const received = buffer(stream).catch(() => undefined);
    void received.then((body) => {
      if (body === undefined) return;
      const method = String(headers[":path"]);
      const message = body.subarray(5);
      asked.push({ method, message, headers: headers as JsonObject });
      const {
        code,
        message: reply,
        words = "",
        afterMs = 0,
        body: written,
        httpStatus,
      } = answer(method, message);
      const status = { "grpc-status": String(code), "grpc-message": encodeURIComponent(words) };
      setTimeout(() => {
        if (stream.destroyed) return;
        if (httpStatus !== undefined) return stream.respond({ ":status": httpStatus }, { endStream: true });
        if (reply === undefined && written === undefined)
          return stream.respond(
            { ":status": 200, "content-type": "application/grpc", ...status },
            { endStream: true },
          );
        stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
        stream.on("wantTrailers", () => stream.sendTrailers(status));
        stream.end(written ?? framed(reply!));
      }, afterMs);
    });
  });
  await new Promise<void>((listening) => server!.listen(0, "127.0.0.1", listening));
  const scheme = secure === undefined ? "http" : "https";
  return { url: `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, sessions, closed };
}

function framed(message: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

export function backendOf(url: string, model: Partial<Model> & { readonly name: string }): Backend {
  const settings = { ...settingsSchema.empty(), protocol: "open_inference", transport: "grpc" } as const;
  host = new GrpcHost({ url: { origin: url, path: "" }, settings, host: nodeHost({}), log: () => undefined });
  return host.backendOf({ ...modelOf(model.name, settings, undefined), ...model });
}

export async function told(ask: () => Promise<string>): Promise<string> {
  try {
    return await ask();
  } catch (error) {
    return asOrchestratorError(error).code;
  }
}

export function predicted(backend: Backend, question: Question, model: Model): Promise<string> {
  return new Promise<Answer>((succeed, fail) => {
    backend.predict(question, { deadlineMs: Infinity }, { succeed, fail });
  }).then((answer) => JSON.stringify(stepValue(answer, question, model)));
}
