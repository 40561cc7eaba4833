import { Pool, type Dispatcher } from "undici";
import { isJsonObject, type JsonObject, type JsonValue } from "../../expression/value.js";
import type { EngineAddress } from "./engine-address.js";

export interface EngineReply {
  readonly status: number;
  readonly body: JsonValue;
}

const newestVersion = "1.47";
const shortMs = 10_000;

/** A failure that the engine itself tells of. */
export class EngineError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/**
 * The Docker Engine API: https://docs.docker.com/reference/api/engine. Its version is the engine's own, up to the newest
 * that is known here.
 */
export class EngineClient {
  private readonly pool: Pool;
  private prefix: Promise<string> | undefined;

  constructor({ origin, socketPath, tls }: EngineAddress) {
    this.pool = new Pool(origin, {
      connect: { ...(socketPath === undefined ? {} : { socketPath }), ...tls },
      headersTimeout: 0,
      bodyTimeout: 0,
      pipelining: 1,
    });
  }

  /** Asks for something and reads its answer. Statuses of failure throw an EngineError, but for those that are expected. */
  async ask(
    method: "GET" | "POST" | "DELETE",
    path: string,
    {
      body,
      expected = [],
      timeoutMs = shortMs,
    }: {
      readonly body?: JsonObject | undefined;
      readonly expected?: readonly number[] | undefined;
      /** `undefined`: as long as it takes. */
      readonly timeoutMs?: number | "none" | undefined;
    } = {},
  ): Promise<EngineReply> {
    const headers = body === undefined ? {} : { "content-type": "application/json" };
    const content = body === undefined ? null : JSON.stringify(body);
    const reply = await this.send({ method, path, headers, body: content }, timeoutMs);
    const answered = parsed(await reply.body.text());
    const { statusCode: status } = reply;
    if (status < 400 || expected.includes(status)) return { status, body: answered };
    throw new EngineError(status, messageOf(answered) ?? `Docker answered with ${status}`);
  }

  /** Begins something that goes on: its answer passes piece by piece until it ends or is aborted. */
  async stream(
    method: "GET" | "POST",
    path: string,
    headers: Readonly<Record<string, string>> = {},
    signal?: AbortSignal,
  ): Promise<AsyncIterable<Buffer>> {
    const reply = await this.send({ method, path, headers, body: null, signal: signal ?? null }, "none");
    if (reply.statusCode < 400) return reply.body;
    const answered = parsed(await reply.body.text());
    throw new EngineError(
      reply.statusCode,
      messageOf(answered) ?? `Docker answered with ${reply.statusCode}`,
    );
  }

  async close(): Promise<void> {
    await this.pool.destroy();
  }

  private async send(
    request: Omit<Dispatcher.RequestOptions, "headers"> & {
      readonly headers: Readonly<Record<string, string>>;
    },
    timeoutMs: number | "none",
  ): Promise<Dispatcher.ResponseData> {
    this.prefix ??= this.agree();
    let prefix: string;
    try {
      prefix = await this.prefix;
    } catch (error) {
      this.prefix = undefined;
      throw error;
    }
    const signal = timeoutMs === "none" ? request.signal : AbortSignal.timeout(timeoutMs);
    return this.pool.request({ ...request, path: `${prefix}${request.path}`, signal: signal ?? null });
  }

  /** The start of all paths: a fixed old version would be refused by a new engine, and a new one by an old engine. */
  private async agree(): Promise<string> {
    const signal = AbortSignal.timeout(shortMs);
    const reply = await this.pool.request({ method: "GET", path: "/_ping", signal });
    await reply.body.dump();
    if (reply.statusCode !== 200)
      throw new Error(`Docker answered with ${reply.statusCode} when it was asked for its version`);
    const version = String(reply.headers["api-version"] ?? newestVersion);
    return `/v${isOlder(version, newestVersion) ? version : newestVersion}`;
  }
}

function isOlder(version: string, than: string): boolean {
  const [major, minor] = version.split(".").map(Number);
  const [otherMajor, otherMinor] = than.split(".").map(Number);
  return major! < otherMajor! || (major === otherMajor && minor! < otherMinor!);
}

function parsed(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return null;
  }
}

function messageOf(body: JsonValue): string | undefined {
  const message = isJsonObject(body) ? body["message"] : undefined;
  return typeof message === "string" ? message : undefined;
}
