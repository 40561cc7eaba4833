import { constants, type ClientHttp2Stream, type IncomingHttpHeaders } from "node:http2";
import type { Cancellable } from "../../contracts/source.js";
import type { OrchestratorError } from "../../problems/orchestrator-error.js";
import { networkFailure } from "../http/network-failure.js";
import { replyInvalid } from "../http/reply-invalid.js";
import { replyTooLarge } from "../http/reply-too-large.js";

/** Told once how a call ended. */
export interface GrpcReceiver {
  /** The message of an answer whose status is 0. */
  replied(message: Buffer): void;
  /** Any other status, with the server's words. */
  refused(status: number, words: string): void;
  failed(error: OrchestratorError): void;
}

const frameHead = 5;

/** One unary call on its way. */
export class GrpcCall implements Cancellable {
  private readonly maxBytes: number;
  private receiver: GrpcReceiver | undefined;
  private stream: ClientHttp2Stream | undefined;
  private readonly pieces: Buffer[] = [];
  private byteCount = 0;
  private httpStatus: number | undefined;
  private wasConnected: () => boolean = () => false;
  private status: string | undefined;
  private words = "";

  constructor(maxBytes: number, receiver: GrpcReceiver) {
    this.maxBytes = maxBytes;
    this.receiver = receiver;
  }

  begin(stream: ClientHttp2Stream, message: Buffer, wasConnected: () => boolean): this {
    this.stream = stream;
    this.wasConnected = wasConnected;
    const head = Buffer.alloc(frameHead);
    head.writeUInt32BE(message.length, 1);
    stream
      .on("response", (headers) => {
        this.httpStatus = Number(headers[":status"]);
        this.readStatus(headers);
      })
      .on("trailers", (trailers) => this.readStatus(trailers))
      .on("data", (piece: Buffer) => this.keep(piece))
      .on("end", () => this.ended())
      .on("error", (error: Error) => this.lost(error))
      .on("close", () => this.lost(new Error("the stream was closed")));
    stream.end(Buffer.concat([head, message]));
    return this;
  }

  failLater(error: OrchestratorError): this {
    queueMicrotask(() => this.fail(error));
    return this;
  }

  cancel(): void {
    this.receiver = undefined;
    this.stream?.close(constants.NGHTTP2_CANCEL);
  }

  /** In trailers, or in the headers of an answer that has nothing else. */
  private readStatus(headers: IncomingHttpHeaders): void {
    const status = headers["grpc-status"];
    if (status === undefined) return;
    this.status = String(status);
    this.words = decoded(String(headers["grpc-message"] ?? ""));
  }

  private keep(piece: Buffer): void {
    this.byteCount += piece.length;
    if (this.byteCount <= this.maxBytes + frameHead) this.pieces.push(piece);
    else {
      this.fail(replyTooLarge(this.maxBytes));
      this.stream?.close(constants.NGHTTP2_CANCEL);
    }
  }

  private ended(): void {
    const { receiver, status, words, httpStatus } = this;
    if (receiver === undefined) return;
    if (status === undefined) {
      const isOfGrpc = httpStatus === undefined || httpStatus === 200;
      if (isOfGrpc) return this.lost(new Error("the stream ended without a status"));
      return this.fail(replyInvalid(`it has no gRPC status, and its HTTP status is ${httpStatus}`));
    }
    if (status !== "0") {
      this.receiver = undefined;
      return receiver.refused(Number(status), words);
    }
    const body = Buffer.concat(this.pieces, this.byteCount);
    const isWhole = body.length >= frameHead && body.readUInt32BE(1) === body.length - frameHead;
    if (!isWhole || body[0] !== 0)
      return this.fail(replyInvalid("it is not one message without compression"));
    this.receiver = undefined;
    receiver.replied(body.subarray(frameHead));
  }

  private lost(error: Error): void {
    if (this.receiver === undefined) return;
    // What became of the connection is the cause of what became of a stream that waited for it.
    const reason = error.cause instanceof Error ? error.cause : error;
    this.fail(networkFailure(reason, this.wasConnected()));
  }

  private fail(error: OrchestratorError): void {
    const { receiver } = this;
    this.receiver = undefined;
    receiver?.failed(error);
  }
}

/** Messages of gRPC are percent-encoded; what is not stays as it is. */
function decoded(words: string): string {
  try {
    return decodeURIComponent(words);
  } catch {
    return words;
  }
}
