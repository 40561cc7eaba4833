import { connect } from "node:net";
import type { AddressInfo } from "node:net";
import pino, { type Logger } from "pino";
import { buildServer, type Plugin } from "../../src/server/build-server.js";
import { Listener, type ListenerOptions } from "../../src/server/listening/listener.js";
import type { Service } from "../../src/service.js";

export interface Started {
  readonly port: number;
  readonly url: string;
  readonly listener: Listener;
  /** The lines of the log. */
  readonly lines: Record<string, unknown>[];
  stop(): Promise<boolean>;
}

export interface StartOptions extends Partial<ListenerOptions> {
  readonly plugins?: readonly Plugin[];
}

/** A logger into a list. */
export function listLogger(lines: Record<string, unknown>[]): Logger {
  return pino({ base: null, level: "trace" }, { write: (line) => void lines.push(JSON.parse(line)) });
}

/** Serves on a free port of this machine. */
export async function startFake(service: Service, options: StartOptions = {}): Promise<Started> {
  const lines: Record<string, unknown>[] = [];
  const logger = listLogger(lines);
  const { plugins, ...listening } = options;
  const listener = new Listener({ logger, ...listening });
  const server = await buildServer(service, { logger, plugins, isStopping: () => listener.isStopping });
  listener.serve(server.routing);
  const { port }: AddressInfo = await listener.listen("127.0.0.1", 0);
  const stop = async () => {
    const isComplete = await listener.stop(service.config.server.shutdownTimeoutMs);
    await server.close();
    return isComplete;
  };
  return { port, url: `http://127.0.0.1:${port}`, listener, lines, stop };
}

/** Writes bytes to a connection and reads all that comes back until it ends, or until `untilMs` have passed. */
export function rawExchange(
  port: number,
  bytes: string | readonly (string | Buffer)[],
  untilMs = 3_000,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    let received = "";
    const finish = () => {
      clearTimeout(timer);
      socket.destroy();
      resolve(received);
    };
    const timer = setTimeout(finish, untilMs);
    socket.on("data", (chunk) => (received += chunk.toString("utf8")));
    socket.on("close", finish);
    socket.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "ECONNRESET" && error.code !== "EPIPE") reject(error);
    });
    for (const each of [bytes].flat()) socket.write(each);
  });
}

/** One request as text, with `connection: close` so that the exchange ends. */
export function requestText(
  target: string,
  more: { method?: string; headers?: string[]; body?: string } = {},
): string {
  const { method = "GET", headers = [], body = "" } = more;
  const lines = [`${method} ${target} HTTP/1.1`, "host: test", "connection: close", ...headers];
  return `${lines.join("\r\n")}\r\n\r\n${body}`;
}

export interface RawReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly json: Record<string, unknown>;
}

export function parseReply(text: string): RawReply {
  const [head = "", ...rest] = text.split("\r\n\r\n");
  const [statusLine = "", ...headerLines] = head.split("\r\n");
  const body = rest.join("\r\n\r\n");
  return {
    status: Number(statusLine.split(" ")[1]),
    headers: Object.fromEntries(
      headerLines.map((line) => [
        line.slice(0, line.indexOf(":")).toLowerCase(),
        line.slice(line.indexOf(":") + 2),
      ]),
    ),
    body,
    json: body.startsWith("{") ? (JSON.parse(body) as Record<string, unknown>) : {},
  };
}
