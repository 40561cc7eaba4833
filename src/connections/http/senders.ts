import type { Auth } from "./auth/auth.js";
import { SigningSender } from "./auth/signing-sender.js";
import { TokenSender } from "./auth/token-sender.js";
import { TokenStore } from "./auth/token-store.js";
import { AuthorizedStream } from "./authorized-stream.js";
import { HttpClient, type Sender } from "./http-client.js";
import type { HttpStreamReceiver, HttpStreamRequest } from "./http-stream.js";
import { proxyFor } from "./proxy.js";
import type { Clock, Host } from "../../contracts/host.js";
import type { Cancellable, PoolLoad } from "../../contracts/source.js";
import type { Access } from "./access.js";

export interface SendersOptions {
  readonly origin: string;
  readonly connections: number;
  readonly access: Access;
  readonly host: Host;
}

/** The connections to one API: those of the source, and those of operations that are reached in a way of their own. */
export class Senders {
  /** That of the source itself. */
  readonly own: Sender;
  private readonly ownClient: HttpClient;
  private readonly options: SendersOptions;
  private readonly clients: HttpClient[] = [];
  private readonly stores = new Map<Auth, TokenStore>();
  private readonly others = new Map<Access, Sender>();
  private readonly clientsOfOthers = new Map<Access, HttpClient>();
  private isClosed = false;

  constructor(options: SendersOptions) {
    this.options = options;
    this.ownClient = this.clientFor(options.access, options.origin);
    this.own = this.authorized(this.ownClient, options.access);
  }

  of(access: Access | undefined): Sender {
    if (access === undefined) return this.own;
    const known = this.others.get(access);
    if (known !== undefined) return known;
    const client = this.clientFor(access, this.options.origin);
    if (this.isClosed) void client.close();
    const made = this.authorized(client, access);
    this.others.set(access, made);
    this.clientsOfOthers.set(access, client);
    return made;
  }

  /** Sends a request whose bodies pass as they come, with the credentials of those that do not. */
  stream(
    access: Access | undefined,
    request: HttpStreamRequest,
    idleTimeoutMs: number,
    receiver: HttpStreamReceiver,
  ): Cancellable {
    this.of(access);
    const client = access === undefined ? this.ownClient : this.clientsOfOthers.get(access)!;
    const tokens = this.stores.get((access ?? this.options.access).auth);
    if (tokens === undefined) return client.stream(request, idleTimeoutMs, receiver);
    return new AuthorizedStream(client, tokens, request, idleTimeoutMs, receiver).begin();
  }

  get load(): PoolLoad {
    return this.ownClient.load;
  }

  probe(): Promise<void> {
    return this.ownClient.probe();
  }

  async close(): Promise<void> {
    this.isClosed = true;
    for (const store of this.stores.values()) store.close();
    await Promise.all(this.clients.map((client) => client.close()));
  }

  private authorized(client: HttpClient, access: Access): Sender {
    const { auth } = access;
    const { clock } = this.options.host;
    if (auth.kind === "aws_sigv4") return new SigningSender(client, this.options.origin, auth, clock);
    if (auth.kind !== "oauth2") return client;
    return new TokenSender(client, this.storeOf(auth, access, clock));
  }

  /** One for each set of credentials, however many operations use it. */
  private storeOf(auth: Extract<Auth, { kind: "oauth2" }>, access: Access, clock: Clock): TokenStore {
    const known = this.stores.get(auth);
    if (known !== undefined) return known;
    const { origin } = auth.tokenUrl;
    const isElsewhere = origin !== this.options.origin;
    const tls = isElsewhere && access.tls ? { ...access.tls, serverName: undefined } : access.tls;
    const store = new TokenStore(this.clientFor({ ...access, tls }, origin, 4), auth, clock);
    this.stores.set(auth, store);
    return store;
  }

  private clientFor(access: Access, origin: string, connections = this.options.connections): HttpClient {
    const { auth, tls, proxy, refusesPrivate } = access;
    const client = new HttpClient({
      origin,
      connections,
      tls,
      certificate: auth.kind === "mtls" ? auth.certificate : undefined,
      proxy: proxyFor(new URL(origin), proxy, (name) => this.options.host.env(name)),
      refusesPrivate,
    });
    this.clients.push(client);
    return client;
  }
}
