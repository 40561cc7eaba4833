import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from "node:zlib";
import { failure, type OrchestratorError } from "../../problems/orchestrator-error.js";
import { replyInvalid } from "./reply-invalid.js";
import { replyTooLarge } from "./reply-too-large.js";

export interface DecodedReceiver {
  decoded(body: Buffer): void;
  undecodable(error: OrchestratorError): void;
}

type Decompressor = ReturnType<typeof createGunzip>;

/**
 * Undoes the Content-Encoding of one body while it comes. The limit is on what comes out, so a bomb is stopped while
 * it unfolds. The receiver is told once, and not at all after `stop`.
 */
export class BodyDecoder {
  private readonly encoding: string;
  private readonly maxBytes: number;
  private readonly pieces: Buffer[] = [];
  private byteCount = 0;
  private compressedCount = 0;
  private receiver: DecodedReceiver | undefined;
  private stream: Decompressor | undefined;

  constructor(encoding: string, maxBytes: number, receiver: DecodedReceiver) {
    this.encoding = encoding;
    this.maxBytes = maxBytes;
    this.receiver = receiver;
  }

  write(chunk: Buffer): void {
    if (this.receiver === undefined || chunk.length === 0) return;
    this.compressedCount += chunk.length;
    if (this.compressedCount > this.maxBytes) return this.fail(replyTooLarge(this.maxBytes));
    this.stream ??= this.open(chunk[0]!);
    this.stream?.write(chunk);
  }

  end(): void {
    if (this.stream === undefined) this.finish();
    else this.stream.end();
  }

  stop(): void {
    this.receiver = undefined;
    this.stream?.destroy();
  }

  private open(firstByte: number): Decompressor | undefined {
    const stream = decompressor(this.encoding, firstByte);
    if (stream === undefined) {
      this.fail(replyInvalid(`its Content-Encoding "${this.encoding}" is not one of gzip, deflate and br`));
      return undefined;
    }
    return stream
      .on("data", (piece: Buffer) => this.keep(piece))
      .on("end", () => this.finish())
      .on("error", (error: NodeJS.ErrnoException) => this.fail(decodingFailure(error)));
  }

  private keep(piece: Buffer): void {
    this.byteCount += piece.length;
    if (this.byteCount > this.maxBytes) this.fail(replyTooLarge(this.maxBytes));
    else this.pieces.push(piece);
  }

  private finish(): void {
    const { receiver } = this;
    this.receiver = undefined;
    receiver?.decoded(Buffer.concat(this.pieces, this.byteCount));
  }

  private fail(error: OrchestratorError): void {
    const { receiver } = this;
    this.stop();
    receiver?.undecodable(error);
  }
}

function decompressor(encoding: string, firstByte: number): Decompressor | undefined {
  const options = { chunkSize: 65_536 };
  switch (encoding) {
    case "gzip":
    case "x-gzip":
      return createGunzip(options);
    case "deflate":
      return hasZlibHeader(firstByte) ? createInflate(options) : createInflateRaw(options);
    case "br":
      return createBrotliDecompress(options);
    default:
      return undefined;
  }
}

/** `deflate` means the zlib format, but some servers send bare deflate data. */
function hasZlibHeader(firstByte: number): boolean {
  return (firstByte & 0x0f) === 8;
}

function decodingFailure(error: NodeJS.ErrnoException): OrchestratorError {
  if (error.code === "Z_BUF_ERROR") return failure("SOURCE_CONNECTION_LOST", {}, { cause: error });
  return replyInvalid("its body is not encoded as its Content-Encoding says", error);
}
