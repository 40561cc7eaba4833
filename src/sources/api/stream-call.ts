import type { HttpRequest } from "../../connections/http/http-client.js";
import type { HttpStreamReceiver, HttpStreamReply } from "../../connections/http/http-stream.js";
import type { Senders } from "../../connections/http/senders.js";
import type { Cancellable, StreamReceiver, Upload } from "../../contracts/source.js";
import { failure, type OrchestratorError } from "../../problems/orchestrator-error.js";
import type { ApiCall } from "./api-call.js";
import { logFailure, type Surface } from "./exchange.js";

/** Headers of an answer that describe its body. */
const bodyHeaders = ["content-type", "content-length", "content-encoding"] as const;

/** One call whose bodies pass as they come: sent once, with no redirect followed and nothing repeated. */
export class StreamCall implements HttpStreamReceiver, Cancellable {
  private readonly call: ApiCall;
  private readonly receiver: StreamReceiver;
  private readonly surface: Surface;
  private current: Cancellable | undefined;

  constructor(call: ApiCall, receiver: StreamReceiver, surface: Surface) {
    this.call = call;
    this.receiver = receiver;
    this.surface = surface;
  }

  begin(senders: Senders, request: HttpRequest, upload: Upload | undefined): this {
    const own = upload === undefined ? request.headers : withoutBodyHeaders(request.headers);
    const headers = [...own, ...Object.entries(upload?.headers ?? {}).flat()];
    const sent = { ...request, headers, body: upload?.body ?? request.body };
    this.current = senders.stream(this.call.access, sent, this.call.idleTimeoutMs, this);
    return this;
  }

  cancel(): void {
    this.current?.cancel();
  }

  /** Every status passes but a redirect, and a 401 to a token of ours, which the caller cannot do anything about. */
  opened({ status, headers, body, isTokenRefused }: HttpStreamReply): void {
    if (isTokenRefused === true || (status >= 300 && status < 400 && status !== 304)) {
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
}

function withoutBodyHeaders(headers: readonly string[]): readonly string[] {
  return headers.filter((_, index) => {
    return !bodyHeaders.some((name) => name === headers[index - (index % 2)]!.toLowerCase());
  });
}
