import type { HttpRequest, Sender } from "../../connections/http/http-client.js";
import { replyInvalid } from "../../connections/http/reply-invalid.js";
import type { Cancellable, Receiver, SourceReply } from "../../contracts/source.js";
import { isJsonList, type JsonValue } from "../../expression/value.js";
import { asOrchestratorError, failure, type OrchestratorError } from "../../problems/orchestrator-error.js";
import type { ApiCall, CallScope } from "./api-call.js";
import type { ApiReply } from "./api-reply.js";
import { Exchange, logFailure, type Surface } from "./exchange.js";
import type { Paging } from "./paging.js";

/** A call whose answer comes in pages, one after another. All of them together are no larger than `max_response`. */
export class PagedCall implements Receiver, Cancellable {
  private readonly call: ApiCall;
  private readonly paging: Paging;
  private readonly scope: CallScope;
  private readonly receiver: Receiver;
  private readonly surface: Surface;
  private readonly sender: Sender;
  private readonly build: () => HttpRequest;
  private readonly values: JsonValue[] = [];
  private request: HttpRequest;
  private current: Cancellable | undefined;
  private index = 0;
  private bytesLeft: number;

  constructor(
    call: ApiCall,
    scope: CallScope,
    receiver: Receiver,
    surface: Surface,
    sender: Sender,
    build: () => HttpRequest,
  ) {
    this.call = call;
    this.paging = call.paging!;
    this.scope = scope;
    this.receiver = receiver;
    this.surface = surface;
    this.sender = sender;
    this.build = build;
    this.bytesLeft = call.maxResponse;
    this.request = this.paging.first(build());
  }

  begin(): this {
    this.current = new Exchange(this.call, this.scope, this, this.surface).begin(
      this.sender,
      this.request,
      this.bytesLeft,
    );
    return this;
  }

  cancel(): void {
    this.current?.cancel();
  }

  succeed(reply: SourceReply): void {
    try {
      this.turn(reply as ApiReply);
    } catch (error) {
      const failed = asOrchestratorError(error);
      logFailure(this.surface.log, this.call, failed);
      this.receiver.fail(failed);
    }
  }

  fail(error: OrchestratorError): void {
    this.receiver.fail(error);
  }

  private turn(reply: ApiReply): void {
    const values = reply.value ?? [];
    if (!isJsonList(values)) throw replyInvalid("a page of it is no list");
    const { index } = this;
    const { maxPages, endsEmpty } = this.paging;
    const isEmpty = values.length === 0;
    const isTooMany = index >= maxPages && !isEmpty;
    const next = isTooMany
      ? undefined
      : this.paging.next({ reply, index, isEmpty }, this.request, this.build);
    if (isTooMany || (next !== undefined && index + 1 >= maxPages && !endsEmpty)) {
      throw failure("TOO_MANY_PAGES", { limit: maxPages });
    }
    for (const value of values) this.values.push(value);
    if (next === undefined) return this.receiver.succeed(reply.withValue(this.values));
    this.index += 1;
    this.bytesLeft = Math.max(0, this.bytesLeft - reply.byteCount);
    this.request = next;
    this.begin();
  }
}
