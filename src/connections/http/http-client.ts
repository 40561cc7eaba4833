import { Pool, buildConnector, type Dispatcher } from "undici";
import type { Cancellable } from "../../contracts/source.js";
import { HttpExchange, type HttpReceiver } from "./http-exchange.js";
import { maxHeaderKilobytes, networkFailure } from "./network-failure.js";

export interface HttpClientOptions {
  /** Scheme, host and port. A client speaks to no other. */
  readonly origin: string;
  /** Sockets at most. Requests beyond them wait their turn. */
  readonly connections: number;
}

export interface HttpRequest {
  readonly method: string;
  /** Path and query, encoded. */
  readonly path: string;
  /** Names and values in turn. Not changed, so it can be shared by requests. */
  readonly headers: string[];
  readonly body: string | Buffer | null;
}

const connectTimeoutMs = 10_000;

/**
 * HTTP/1.1 to one origin over connections that are made when first needed and kept. It has no deadlines of its own
 * except for connecting, follows no redirect and repeats nothing: whoever calls decides on those.
 */
export class HttpClient {
  private readonly origin: URL;
  private readonly connect: buildConnector.connector;
  private readonly pool: Dispatcher;

  constructor({ origin, connections }: HttpClientOptions) {
    this.origin = new URL(origin);
    this.connect = buildConnector({ timeout: connectTimeoutMs });
    this.pool = new Pool(origin, {
      connections,
      connect: this.connect,
      pipelining: 1,
      headersTimeout: 0,
      bodyTimeout: 0,
      maxHeaderSize: maxHeaderKilobytes * 1_024,
    });
  }

  /** Sends one request. `maxBytes` limits the body of the answer, as it is when it is decoded. */
  send(request: HttpRequest, maxBytes: number, receiver: HttpReceiver): Cancellable {
    return new HttpExchange(maxBytes, receiver).begin(this.pool, request);
  }

  /** Makes a connection, for `https` with its handshake, and closes it without a request. */
  probe(): Promise<void> {
    const { protocol, port, host, hostname } = this.origin;
    const address = { protocol, port, host, hostname: hostname.replace(/^\[|\]$/g, "") };
    return new Promise((resolve, reject) => {
      this.connect(address, (error, socket) => {
        if (error !== null) return reject(networkFailure(error, false));
        socket.destroy();
        resolve();
      });
    });
  }

  /** Requests that run fail with SOURCE_CANCELLED, and so do all later ones. */
  async close(): Promise<void> {
    await this.pool.destroy();
  }
}
