import type { Dispatcher } from "undici";
import type { Cancellable } from "../../contracts/source.js";
import type { OrchestratorError } from "../../problems/orchestrator-error.js";
import { BodyDecoder } from "./body-decoder.js";
import { HttpReply } from "./http-reply.js";
import { networkFailure } from "./network-failure.js";
import { findHeader } from "./raw-headers.js";
import { replyTooLarge } from "./reply-too-large.js";

/** Told once how a request ended. Neither method may throw. */
export interface HttpReceiver {
  /** Any status: what counts as a failure is not for the client to say. */
  replied(reply: HttpReply): void;
  failed(error: OrchestratorError): void;
}

const nothing = Buffer.alloc(0);
const givenUp = new Error("The request was given up.");

/**
 * One request on its way. undici tells it what happens; it collects the answer and tells its receiver once, later
 * than `begin` returns, and not at all after `cancel`.
 */
export class HttpExchange implements Dispatcher.DispatchHandler, Cancellable {
  private readonly maxBytes: number;
  private receiver: HttpReceiver | undefined;
  private isBeginning = true;
  private isComplete = false;
  private abort: ((error: Error) => void) | undefined;
  private status = 0;
  private rawHeaders: readonly Buffer[] = [];
  private decoder: BodyDecoder | undefined;
  private firstChunk: Buffer | undefined;
  private moreChunks: Buffer[] | undefined;
  private byteCount = 0;

  constructor(maxBytes: number, receiver: HttpReceiver) {
    this.maxBytes = maxBytes;
    this.receiver = receiver;
  }

  begin(dispatcher: Dispatcher, request: Dispatcher.DispatchOptions): this {
    dispatcher.dispatch(request, this);
    this.isBeginning = false;
    return this;
  }

  /** Closes the connection where the request has one, so that the other side sees that nobody waits. */
  cancel(): void {
    if (this.receiver === undefined) return;
    this.receiver = undefined;
    this.decoder?.stop();
    if (!this.isComplete) this.abort?.(givenUp);
  }

  onConnect(abort: (error?: Error) => void): void {
    // Thrown, not aborted: the connection is fresh and someone else can use it.
    if (this.receiver === undefined) throw givenUp;
    this.abort = abort;
  }

  onHeaders(status: number, rawHeaders: Buffer[]): boolean {
    if (status < 200) return true;
    this.status = status;
    this.rawHeaders = rawHeaders;
    const encoding = findHeader(rawHeaders, "content-encoding")?.toLowerCase();
    if (encoding !== undefined && encoding !== "identity" && encoding !== "") {
      this.decoder = new BodyDecoder(encoding, this.maxBytes, this);
    }
    return true;
  }

  onData(chunk: Buffer): boolean {
    if (this.decoder === undefined) this.keep(chunk);
    else this.decoder.write(chunk);
    return true;
  }

  onComplete(): void {
    this.isComplete = true;
    if (this.decoder === undefined) this.succeed(this.collected());
    else this.decoder.end();
  }

  onError(error: Error): void {
    if (this.isComplete) return throwLater(error);
    if (this.isBeginning) queueMicrotask(() => this.fail(networkFailure(error, false)));
    else this.fail(networkFailure(error, this.abort !== undefined));
  }

  decoded(body: Buffer): void {
    this.succeed(body);
  }

  undecodable(error: OrchestratorError): void {
    this.giveUp(error);
  }

  private keep(chunk: Buffer): void {
    this.byteCount += chunk.length;
    if (this.byteCount > this.maxBytes) return this.giveUp(replyTooLarge(this.maxBytes));
    if (this.firstChunk === undefined) this.firstChunk = chunk;
    else (this.moreChunks ??= [this.firstChunk]).push(chunk);
  }

  private collected(): Buffer {
    if (this.moreChunks !== undefined) return Buffer.concat(this.moreChunks, this.byteCount);
    return this.firstChunk ?? nothing;
  }

  private succeed(body: Buffer): void {
    const { receiver } = this;
    this.receiver = undefined;
    receiver?.replied(new HttpReply(this.status, this.rawHeaders, body));
  }

  /** Ends the call from this side; undici answers an abort with `onError`, which is then told. */
  private giveUp(error: OrchestratorError): void {
    if (this.isComplete) this.fail(error);
    else this.abort?.(error);
  }

  private fail(error: OrchestratorError): void {
    const { receiver } = this;
    this.receiver = undefined;
    this.decoder?.stop();
    receiver?.failed(error);
  }
}

/** undici hands an exception of `onComplete` back to `onError`. One of a receiver must not vanish there. */
function throwLater(error: Error): void {
  queueMicrotask(() => {
    throw error;
  });
}
