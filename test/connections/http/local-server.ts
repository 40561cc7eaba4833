import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { createServer as createTlsServer, type ServerOptions } from "node:https";
import { createServer as createSocketServer, type AddressInfo, type Socket } from "node:net";

/** A server of this process on a free port. */
export interface LocalServer {
  readonly url: string;
  /** Connections made so far. */
  readonly connections: () => number;
  /** Connections that are open. */
  readonly open: () => number;
  /** Resolves when a connection is gone, from whichever side. */
  readonly nextClose: () => Promise<void>;
  close(): Promise<void>;
}

interface Listening {
  listen(port: number, host: string): unknown;
  address(): string | AddressInfo | null;
  close(): unknown;
  on(event: "connection", listener: (socket: Socket) => void): unknown;
}

/** Answers HTTP requests. */
export function serve(listener: RequestListener): Promise<LocalServer> {
  return start(createServer({ keepAliveTimeout: 60_000 }, listener), () => undefined);
}

/** Answers HTTPS requests. */
export function serveTls(options: ServerOptions, listener: RequestListener): Promise<LocalServer> {
  return start(createTlsServer({ keepAliveTimeout: 60_000, ...options }, listener), () => undefined, "https");
}

/** Answers connections byte by byte: for upstreams that do not speak HTTP as they should. */
export function serveSockets(onRequest: (socket: Socket, request: string) => void): Promise<LocalServer> {
  return start(createSocketServer(), (socket) =>
    socket.on("data", (data) => onRequest(socket, data.toString("latin1"))),
  );
}

/** Sends these bytes to each request, then ends the connection. */
export function serveText(text: string): Promise<LocalServer> {
  return serveSockets((socket) => socket.end(text, "latin1"));
}

/** Where nothing listens. */
export async function closedPort(): Promise<string> {
  const server = await serve(() => undefined);
  await server.close();
  return server.url;
}

async function start(
  server: Listening,
  onSocket: (socket: Socket) => void,
  scheme = "http",
): Promise<LocalServer> {
  const sockets = new Set<Socket>();
  const waiting: (() => void)[] = [];
  let connections = 0;
  server.on("connection", (socket) => {
    connections++;
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => {
      sockets.delete(socket);
      for (const resolve of waiting.splice(0)) resolve();
    });
    onSocket(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server as never, "listening");
  return {
    url: `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: () => connections,
    open: () => sockets.size,
    nextClose: () => new Promise((resolve) => waiting.push(resolve)),
    async close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
