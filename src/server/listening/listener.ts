import { createServer as createTlsServer, type Server as TlsServer } from "node:https";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { Server as NetServer, type AddressInfo, type Socket } from "node:net";
import type { TlsConfig } from "../../config/model.js";
import type { Logger } from "../../observe/logger.js";
import { Certificate } from "./certificate.js";
import { answerClientError, refuseHostless } from "./client-error.js";
import { watchEarlyRequests, type EarlyAnswer } from "./early-requests.js";
import { listenFailure } from "./listen-failure.js";

export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => void;

export interface ListenerOptions {
  readonly logger: Logger;
  /** For a request's line and headers to arrive, in milliseconds; then 408. */
  readonly headersTimeoutMs?: number | undefined;
  /** For a whole request to arrive. */
  readonly requestTimeoutMs?: number | undefined;
  /** How often the two are looked at. */
  readonly checkEveryMs?: number | undefined;
}

/** Load balancers keep idle connections for 60 s; the side that ends one first must not be ours. */
const keepAliveMs = 72_000;
/** For a caller to begin to speak TLS. */
const handshakeMs = 10_000;
/** How long a caller may take to send its next request on a connection that is about to be closed. */
const quietMs = 100;
/** For connections that waited when the service was told to stop to be let in. */
const letInMs = 1_000;

/**
 * The one `http.Server`, or `https.Server`, in front of whichever handler is the current one: the handler can be swapped without a
 * connection noticing. Its life: `serve`, `listen` once, then `stop`.
 */
export class Listener {
  private readonly options: ListenerOptions;
  private server: Server | undefined;
  private certificate: Certificate | undefined;
  private readonly sockets = new Set<Socket>();
  private accepted = 0;
  /** How much had been read from each connection at the last look. */
  private readonly seen = new WeakMap<Socket, number>();
  private handler: RequestHandler | undefined;
  private early: EarlyAnswer | undefined;
  private stopped: Promise<boolean> | undefined;

  constructor(options: ListenerOptions) {
    this.options = options;
  }

  /**
   * Hands every request that comes from now on to this handler; those that `early` answers never reach it, nor the
   * parser.
   */
  serve(handler: RequestHandler, early?: EarlyAnswer): void {
    this.handler = handler;
    this.early = early;
  }

  get isStopping(): boolean {
    return this.stopped !== undefined;
  }

  /**
   * Listens; port 0 takes a free one. Rejects with PORT_IN_USE, PORT_FORBIDDEN, ADDRESS_UNAVAILABLE,
   * CERTIFICATE_UNUSABLE.
   */
  async listen(host: string, port: number, tls?: TlsConfig): Promise<AddressInfo> {
    const server = tls === undefined ? this.openPlain() : this.openTls(tls);
    this.server = server;
    server.on("connection", () => this.accepted++);
    server.on("checkExpectation", (request, response) => this.answer(request, response));
    const { logger } = this.options;
    server.on("clientError", (error, socket) => answerClientError(error, socket as Socket, logger));
    return new Promise((resolve, reject) => {
      const refuse = (error: Error) => reject(listenFailure(error, host, port));
      server.once("error", refuse);
      server.listen({ host, port }, () => {
        server.off("error", refuse);
        resolve(server.address() as AddressInfo);
      });
    });
  }

  private openPlain(): Server {
    const server = createServer(this.serverOptions, (request, response) => this.answer(request, response));
    return server.on("connection", (socket) => this.track(socket));
  }

  private openTls(tls: TlsConfig): TlsServer {
    const certificate = new Certificate(tls, this.options.logger);
    const options = { ...this.serverOptions, ...certificate.first, handshakeTimeout: handshakeMs };
    const server = createTlsServer(options, (request, response) => this.answer(request, response));
    certificate.watch((pair) => server.setSecureContext(pair));
    this.certificate = certificate;
    return server.on("secureConnection", (socket) => this.track(socket));
  }

  private get serverOptions() {
    const { headersTimeoutMs = 60_000, requestTimeoutMs = 300_000, checkEveryMs = 5_000 } = this.options;
    return {
      keepAliveTimeout: keepAliveMs,
      headersTimeout: headersTimeoutMs,
      requestTimeout: requestTimeoutMs,
      connectionsCheckingInterval: checkEveryMs,
      requireHostHeader: false,
    };
  }

  /**
   * Takes no new connection, finishes what runs, and closes each connection when it has nothing left to do; after
   * `timeoutMs` all that are left. Answers whether everything was answered. The first call decides.
   */
  stop(timeoutMs: number): Promise<boolean> {
    this.certificate?.close();
    this.stopped ??=
      this.server?.listening === true ? this.drain(this.server, timeoutMs) : Promise.resolve(true);
    return this.stopped;
  }

  /** Node would answer a missing Host itself, but not as a problem. */
  private answer(request: IncomingMessage, response: ServerResponse): void {
    if (request.headers.host === undefined && request.httpVersion === "1.1") refuseHostless(response);
    else this.handler?.(request, response);
  }

  private track(socket: Socket): void {
    this.sockets.add(socket);
    socket.once("close", () => this.sockets.delete(socket));
    if (this.early === undefined) return;
    watchEarlyRequests(socket, (request) => !this.isStopping && this.early?.(request) === true);
  }

  private drain(server: Server, timeoutMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      let isComplete = true;
      for (const socket of this.sockets) this.seen.set(socket, socket.bytesRead);
      // What has arrived already is read between the timer and this: it must not count as idle.
      const closing = setInterval(() => setImmediate(() => this.closeIdle(server)), quietMs);
      const giveUp = setTimeout(() => {
        isComplete = this.sockets.size === 0;
        server.closeAllConnections();
      }, timeoutMs);
      const closed = () => {
        clearInterval(closing);
        clearTimeout(giveUp);
        server.close(() => undefined);
        resolve(isComplete);
      };
      // The close of http.Server would cut idle connections at once, and with them requests that are on their way.
      this.whenNoneWaits(() => NetServer.prototype.close.call(server, closed));
    });
  }

  /**
   * Lets every connection that waits to be accepted in first: the system resets those that still wait at the close.
   * Node accepts one a turn of its loop, so two turns without any have shown that none waits.
   */
  private whenNoneWaits(close: () => void): void {
    const end = performance.now() + letInMs;
    let known = this.accepted;
    let idleTurns = 0;
    const turn = () => {
      idleTurns = this.accepted === known ? idleTurns + 1 : 0;
      known = this.accepted;
      if (idleTurns === 2 || performance.now() > end) close();
      else setImmediate(turn);
    };
    setImmediate(turn);
  }

  /**
   * Closes idle connections once none has brought anything since the last look: whoever asks again on one gets a reply
   * that says so. A connection whose last reply is still being sent counts as idle for Node, so that waits; one on
   * which nothing ever came does not.
   */
  private closeIdle(server: Server): void {
    let isQuiet = true;
    for (const socket of this.sockets) {
      const isSame = this.seen.get(socket) === socket.bytesRead;
      this.seen.set(socket, socket.bytesRead);
      if (!isSame || socket.writableLength > 0) isQuiet = false;
      else if (socket.bytesRead === 0) socket.destroy();
    }
    if (isQuiet) server.closeIdleConnections();
  }
}
