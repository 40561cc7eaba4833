import type { HttpClient, HttpRequest } from "../../../connections/http/http-client.js";
import { HttpReply } from "../../../connections/http/http-reply.js";
import type { HttpStreamReceiver, HttpStreamReply } from "../../../connections/http/http-stream.js";
import type { Cancellable, StreamReceiver } from "../../../contracts/source.js";
import type { OrchestratorError } from "../../../problems/orchestrator-error.js";
import { badResponse } from "../answers/bad-response.js";

/** The longest time in which nothing comes. */
const idleTimeoutMs = 60_000;

/** One question whose answer is a stream of events, which pass as they come. What fails before them is read. */
export class EventStream implements HttpStreamReceiver, Cancellable {
  private readonly maxFailure: number;
  private readonly failureOf: (reply: HttpReply) => OrchestratorError;
  private readonly receiver: StreamReceiver;
  private current: Cancellable | undefined;
  private isCancelled = false;

  constructor(
    maxFailure: number,
    failureOf: (reply: HttpReply) => OrchestratorError,
    receiver: StreamReceiver,
  ) {
    this.maxFailure = maxFailure;
    this.failureOf = failureOf;
    this.receiver = receiver;
  }

  begin(send: HttpClient["stream"], request: HttpRequest): this {
    this.current = send(request, idleTimeoutMs, this);
    return this;
  }

  cancel(): void {
    this.isCancelled = true;
    this.current?.cancel();
  }

  opened(reply: HttpStreamReply): void {
    const { status, headers, body } = reply;
    if (status < 200 || status > 299) return void this.readFailure(reply);
    const type = headers["content-type"];
    if (type?.toLowerCase().startsWith("text/event-stream") !== true) {
      this.current?.cancel();
      return this.receiver.fail(badResponse("it is no stream of events"));
    }
    const encoding = headers["content-encoding"];
    const passed = {
      "content-type": type,
      ...(encoding === undefined ? {} : { "content-encoding": encoding }),
    };
    this.receiver.opened({ status, headers: passed, body });
  }

  failed(error: OrchestratorError): void {
    this.receiver.fail(error);
  }

  /** As much of it as came; its status says the most. */
  private async readFailure({ status, headers, body }: HttpStreamReply): Promise<void> {
    const pieces: Buffer[] = [];
    let length = 0;
    try {
      for await (const piece of body) {
        pieces.push(piece as Buffer);
        length += (piece as Buffer).length;
        if (length > this.maxFailure) break;
      }
    } catch {
      // It broke off.
    }
    if (this.isCancelled) return;
    this.current?.cancel();
    const raw = Object.entries(headers).flatMap(([name, value]) => [name, String(value)]);
    const reply = new HttpReply(
      status,
      raw.map((text) => Buffer.from(text, "latin1")),
      Buffer.concat(pieces),
    );
    this.receiver.fail(this.failureOf(reply));
  }
}
