import { connect, constants, type ClientHttp2Session, type SecureClientSessionOptions } from "node:http2";
import type { Cancellable } from "../../contracts/source.js";
import { failure } from "../../problems/orchestrator-error.js";
import type { ClientCertificate } from "../http/auth/client-certificate.js";
import type { TlsRules } from "../http/tls-keys.js";
import { GrpcCall, type GrpcReceiver } from "./grpc-call.js";

export interface GrpcClientOptions {
  /** Scheme, host and port. */
  readonly origin: string;
  /** Of every call, by lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly maxBytes: number;
  readonly tls?: TlsRules | undefined;
  readonly certificate?: ClientCertificate | undefined;
}

const connectTimeoutMs = 10_000;

/** Unary calls of gRPC over one connection, made when it is first needed and made again when it is lost. */
export class GrpcClient {
  private readonly options: GrpcClientOptions;
  private session: ClientHttp2Session | undefined;
  private readonly connected = new WeakSet<ClientHttp2Session>();
  private isClosed = false;

  constructor(options: GrpcClientOptions) {
    this.options = options;
  }

  /** Sends one message to a method such as `/package.Service/Method`. Told once, later than this returns. */
  call(method: string, message: Buffer, timeoutMs: number, receiver: GrpcReceiver): Cancellable {
    const call = new GrpcCall(this.options.maxBytes, receiver);
    if (this.isClosed) return call.failLater(failure("SOURCE_CANCELLED", {}, { wasSent: false }));
    const session = this.openSession();
    const stream = session.request({
      ...this.options.headers,
      [constants.HTTP2_HEADER_METHOD]: "POST",
      [constants.HTTP2_HEADER_PATH]: method,
      [constants.HTTP2_HEADER_CONTENT_TYPE]: "application/grpc",
      [constants.HTTP2_HEADER_TE]: "trailers",
      ...(Number.isFinite(timeoutMs) ? { "grpc-timeout": `${Math.max(1, Math.round(timeoutMs))}m` } : {}),
    });
    return call.begin(stream, message, () => this.connected.has(session));
  }

  /** Ends what runs with SOURCE_CANCELLED. Can be called twice. */
  async close(): Promise<void> {
    this.isClosed = true;
    this.session?.destroy(failure("SOURCE_CANCELLED", {}));
  }

  /** One that is about to close takes no call any more. */
  private openSession(): ClientHttp2Session {
    const { session } = this;
    if (session !== undefined && !session.destroyed && !session.closed) return session;
    return (this.session = this.connect());
  }

  private connect(): ClientHttp2Session {
    const session = connect(this.options.origin, this.tlsOptions());
    const timer = setTimeout(() => session.destroy(new Error("no connection in time")), connectTimeoutMs);
    timer.unref();
    session.on("connect", () => {
      clearTimeout(timer);
      this.connected.add(session);
    });
    const forget = () => {
      clearTimeout(timer);
      if (this.session === session) this.session = undefined;
    };
    // Calls learn of it by their own streams.
    session.on("error", forget).on("close", forget).on("goaway", forget);
    return session;
  }

  private tlsOptions(): SecureClientSessionOptions {
    const { tls, certificate } = this.options;
    return {
      minVersion: tls?.minVersion ?? "TLSv1.2",
      rejectUnauthorized: tls?.verifies ?? true,
      ...(tls?.ca === undefined ? {} : { ca: tls.ca }),
      ...(tls?.serverName === undefined ? {} : { servername: tls.serverName }),
      ...(certificate === undefined ? {} : { cert: certificate.certificate, key: certificate.key.reveal() }),
      ...(certificate?.passphrase === undefined ? {} : { passphrase: certificate.passphrase.reveal() }),
    };
  }
}
