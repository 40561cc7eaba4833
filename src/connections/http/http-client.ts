import { Pool, type buildConnector } from "undici";
import type { Cancellable, PoolLoad } from "../../contracts/source.js";
import { connectorOf, type ConnectionRules } from "./connector.js";
import { HttpExchange, type HttpReceiver } from "./http-exchange.js";
import { openStream, type HttpStreamReceiver, type HttpStreamRequest } from "./http-stream.js";
import { maxHeaderKilobytes, networkFailure } from "./network-failure.js";
import { proxyAuthorization } from "./tunnel.js";

export interface HttpClientOptions extends ConnectionRules {
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

/** Where requests go: a client, or something that adds to them on their way to one. */
export interface Sender {
  /** Sends one request. `maxBytes` limits the body of the answer, as it is when it is decoded. */
  send(request: HttpRequest, maxBytes: number, receiver: HttpReceiver): Cancellable;
}

/**
 * HTTP/1.1 to one origin over connections that are made when first needed and kept. It has no deadlines of its own
 * except for connecting, follows no redirect and repeats nothing: whoever calls decides on those.
 */
export class HttpClient implements Sender {
  private readonly target: URL;
  private readonly connect: buildConnector.connector;
  private readonly pool: Pool;
  /** What a plain `http` request says to a proxy. */
  private readonly forwarding: { readonly origin: string; readonly headers: readonly string[] } | undefined;

  constructor({ origin, connections, ...rules }: HttpClientOptions) {
    const { proxy } = rules;
    const isForwarded = proxy !== undefined && origin.startsWith("http:");
    this.target = new URL(isForwarded ? proxy.origin : origin);
    this.connect = connectorOf(isForwarded ? { ...rules, proxy: undefined } : rules);
    this.forwarding = isForwarded ? { origin, headers: forwardingHeaders(origin, proxy) } : undefined;
    this.pool = new Pool(this.target, {
      connections,
      connect: this.connect,
      pipelining: 1,
      headersTimeout: 0,
      bodyTimeout: 0,
      maxHeaderSize: maxHeaderKilobytes * 1_024,
    });
  }

  send(request: HttpRequest, maxBytes: number, receiver: HttpReceiver): Cancellable {
    return new HttpExchange(maxBytes, receiver).begin(
      this.pool,
      this.forwarding === undefined ? request : this.forwarded(request, this.forwarding),
    );
  }

  /** Sends a request whose bodies pass as they come. `idleTimeoutMs` is the longest time in which nothing comes. */
  stream(request: HttpStreamRequest, idleTimeoutMs: number, receiver: HttpStreamReceiver): Cancellable {
    const forwarded = this.forwarding === undefined ? request : this.forwarded(request, this.forwarding);
    return openStream(this.pool, forwarded, idleTimeoutMs, receiver);
  }

  /** Makes a connection, for `https` with its handshake, and closes it without a request. */
  probe(): Promise<void> {
    const { protocol, port, host, hostname } = this.target;
    const address = { protocol, port, host, hostname: hostname.replace(/^\[|\]$/g, "") };
    return new Promise<void>((resolve, reject) => {
      this.connect(address, (error, socket) => {
        if (error !== null) return reject(error);
        socket.destroy();
        resolve();
      });
    }).catch((error: Error) => {
      throw networkFailure(error, false);
    });
  }

  get load(): PoolLoad {
    const { connected, running, queued } = this.pool.stats;
    return { busy: running, idle: Math.max(0, connected - running), waiting: queued };
  }

  /** Requests that run fail with SOURCE_CANCELLED, and so do all later ones. */
  async close(): Promise<void> {
    await this.pool.destroy();
  }

  private forwarded<Request extends Pick<HttpRequest, "path" | "headers">>(
    request: Request,
    { origin, headers }: NonNullable<HttpClient["forwarding"]>,
  ): Request {
    const hasHost = request.headers.some((name, index) => index % 2 === 0 && name.toLowerCase() === "host");
    const added = hasHost ? headers.slice(2) : headers;
    return { ...request, path: origin + request.path, headers: [...request.headers, ...added] };
  }
}

function forwardingHeaders(origin: string, proxy: URL): readonly string[] {
  const authorization = proxyAuthorization(proxy);
  const host = ["host", new URL(origin).host];
  return authorization === undefined ? host : [...host, "proxy-authorization", authorization];
}
