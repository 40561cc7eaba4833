import { findHeader, readHeaders } from "./raw-headers.js";

/** A complete answer: its body is decoded from gzip and the like, and is no longer than was allowed. */
export class HttpReply {
  readonly status: number;
  readonly body: Buffer;
  private readonly rawHeaders: readonly Buffer[];
  private read: Readonly<Record<string, string>> | undefined;

  /** `rawHeaders` are names and values in turn, as they came. */
  constructor(status: number, rawHeaders: readonly Buffer[], body: Buffer) {
    this.status = status;
    this.rawHeaders = rawHeaders;
    this.body = body;
  }

  /** All headers, names in lower case, repeated ones joined with commas. Read when first asked for. */
  get headers(): Readonly<Record<string, string>> {
    return (this.read ??= readHeaders(this.rawHeaders));
  }

  /** The first header of that lower-case name. */
  header(name: string): string | undefined {
    return findHeader(this.rawHeaders, name);
  }
}
