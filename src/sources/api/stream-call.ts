import type { HttpClient, HttpRequest } from "../../connections/http/http-client.js";
import type { HttpStreamReceiver, HttpStreamReply } from "../../connections/http/http-stream.js";
import type { TokenReceiver, TokenStore } from "../../connections/http/auth/token-store.js";
import type { Cancellable, StreamReceiver, Upload } from "../../contracts/source.js";
import { failure, type OrchestratorError } from "../../problems/orchestrator-error.js";
import type { Secret } from "../../schema/secret.js";
import type { ApiCall } from "./api-call.js";
import { logFailure, type Surface } from "./exchange.js";

/** Headers of an answer that describe its body. */
const bodyHeaders = ["content-type", "content-length", "content-encoding"] as const;

/** One call whose bodies pass as they come: sent once, with no redirect followed and nothing repeated. */
export class StreamCall implements HttpStreamReceiver, TokenReceiver, Cancellable {
  private readonly call: ApiCall;
  private readonly request: HttpRequest;
  private readonly upload: Upload | undefined;
  private readonly receiver: StreamReceiver;
  private readonly surface: Surface;
  private client: HttpClient | undefined;
  private tokens: TokenStore | undefined;
  private used: Secret | undefined;
  private current: Cancellable | undefined;

  constructor(
    call: ApiCall,
    request: HttpRequest,
    upload: Upload | undefined,
    receiver: StreamReceiver,
    surface: Surface,
  ) {
    this.call = call;
    this.request = request;
    this.upload = upload;
    this.receiver = receiver;
    this.surface = surface;
  }

  begin(client: HttpClient, tokens: TokenStore | undefined): this {
    this.client = client;
    this.tokens = tokens;
    if (tokens === undefined) this.send([]);
    else {
      const token = tokens.current();
      if (token === undefined) this.current = tokens.wait(this);
      else this.tokenReady(token);
    }
    return this;
  }

  cancel(): void {
    this.current?.cancel();
  }

  tokenReady(authorization: Secret): void {
    this.used = authorization;
    this.send(["Authorization", authorization.reveal()]);
  }

  tokenFailed(error: OrchestratorError): void {
    this.failed(error);
  }

  /** Every status passes but a redirect, and a 401 to a token of ours, which the caller cannot do anything about. */
  opened({ status, headers, body }: HttpStreamReply): void {
    const isRefusedToken = status === 401 && this.used !== undefined;
    if (isRefusedToken) this.tokens?.refuse(this.used!);
    if (isRefusedToken || (status >= 300 && status < 400 && status !== 304)) {
      this.cancel();
      return this.failed(failure("SOURCE_FAILED", { status }, { upstreamStatus: status }));
    }
    const passed = [...bodyHeaders, ...(this.call.forwards?.responseHeaders ?? [])];
    const entries = passed.flatMap((name) =>
      headers[name] === undefined ? [] : [[name, headers[name]] as const],
    );
    this.receiver.opened({ status, headers: Object.fromEntries(entries), body });
  }

  failed(error: OrchestratorError): void {
    logFailure(this.surface.log, this.call, error);
    this.receiver.fail(error);
  }

  private send(more: readonly string[]): void {
    const { request, upload, call } = this;
    const own = upload === undefined ? request.headers : withoutBodyHeaders(request.headers);
    const ofUpload = Object.entries(upload?.headers ?? {}).flat();
    const headers = [...own, ...ofUpload, ...more];
    const sent = { ...request, headers, body: upload?.body ?? request.body };
    this.current = this.client!.stream(sent, call.idleTimeoutMs, this);
  }
}

function withoutBodyHeaders(headers: readonly string[]): readonly string[] {
  return headers.filter((_, index) => {
    return !bodyHeaders.some((name) => name === headers[index - (index % 2)]!.toLowerCase());
  });
}
