import type { HttpReply } from "../../connections/http/http-reply.js";
import type { SourceReply } from "../../contracts/source.js";
import type { JsonValue } from "../../expression/value.js";

/** The value of a call. The headers behind it are read from the wire only where someone looks at them. */
export class ApiReply implements SourceReply {
  readonly value: JsonValue;
  readonly status: number;
  /** What leads to the next page, where an operation has pages with cursors. */
  readonly next: JsonValue | undefined;
  private readonly reply: HttpReply;

  constructor(value: JsonValue, reply: HttpReply, next?: JsonValue) {
    this.value = value;
    this.status = reply.status;
    this.reply = reply;
    this.next = next;
  }

  get headers(): Readonly<Record<string, string>> {
    return this.reply.headers;
  }

  /** Of the body, decoded. */
  get byteCount(): number {
    return this.reply.body.length;
  }

  withValue(value: JsonValue): ApiReply {
    return new ApiReply(value, this.reply);
  }
}
