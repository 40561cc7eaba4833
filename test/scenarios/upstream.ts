import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as wait } from "node:timers/promises";

/** What the other side answers. */
export interface UpstreamReply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text as it is, everything else as JSON. */
  readonly body?: unknown;
  /** How often a text stands in the body. */
  readonly times?: number;
  /** Milliseconds before the answer. */
  readonly delay?: number;
  /** The answer is held back until this request, such as `GET /b`, has come too. */
  readonly after?: string;
  /** There is never an answer. */
  readonly hang?: boolean;
  /** The connection is reset. */
  readonly reset?: boolean;
  /** Bytes that need not be HTTP; then the connection ends. */
  readonly raw?: string;
}

/** Answers by request, such as `GET /orders/7?full=true`; of a list each request takes the next one. */
export type UpstreamReplies = Readonly<Record<string, UpstreamReply | readonly UpstreamReply[]>>;

export interface Upstream {
  readonly url: string;
  /** Every request so far, such as `POST /orders {"id":7}`; `, given up` behind those whose connection closed early. */
  saw(): readonly string[];
  close(): Promise<void>;
}

interface Seen {
  readonly line: string;
  isGivenUp: boolean;
}

/** An API of this process on a free port, which answers as it is told and remembers what it was asked. */
export async function startUpstream(replies: UpstreamReplies): Promise<Upstream> {
  const seen: Seen[] = [];
  const arrivals = new EventTarget();
  const server = createServer((request, response) => void answer(request, response));

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const target = `${request.method} ${request.url}`;
    const body = await textOf(request);
    const entry: Seen = { line: body === "" ? target : `${target} ${body}`, isGivenUp: false };
    const reply = nextReply(replies[target], seen.filter(({ line }) => line.startsWith(target)).length);
    seen.push(entry);
    response.on("close", () => (entry.isGivenUp = !response.writableEnded && reply.reset !== true));
    arrivals.dispatchEvent(new Event("arrival"));
    if (reply.delay !== undefined) await wait(reply.delay);
    while (reply.after !== undefined && !seen.some(({ line }) => line === reply.after)) {
      await once(arrivals, "arrival");
    }
    if (reply.hang !== true) send(reply, response);
  }

  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    saw: () => seen.map(({ line, isGivenUp }) => (isGivenUp ? `${line}, given up` : line)),
    close: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function nextReply(replies: UpstreamReplies[string] | undefined, count: number): UpstreamReply {
  if (replies === undefined) return { status: 404, body: { error: "there is nothing here" } };
  return isList(replies) ? replies[Math.min(count, replies.length - 1)]! : replies;
}

function isList(replies: UpstreamReplies[string]): replies is readonly UpstreamReply[] {
  return Array.isArray(replies);
}

function send(reply: UpstreamReply, response: ServerResponse): void {
  const { status = 200, headers = {}, body, times = 1, reset, raw } = reply;
  if (reset === true) return void response.socket?.resetAndDestroy();
  if (raw !== undefined) {
    response.socket?.end(raw);
    return void response.end();
  }
  const isText = typeof body === "string";
  response.writeHead(status, { "content-type": isText ? "text/plain" : "application/json", ...headers });
  response.end(isText ? body.repeat(times) : JSON.stringify(body));
}
