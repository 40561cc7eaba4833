import type { HttpReply } from "../../connections/http/http-reply.js";
import type { SourceReply } from "../../contracts/source.js";
import type { JsonValue } from "../../expression/value.js";

/** The value of a call. The headers behind it are read from the wire only where someone looks at them. */
export class ApiReply implements SourceReply {
  readonly value: JsonValue;
  readonly status: number;
  private readonly reply: HttpReply;

  constructor(value: JsonValue, reply: HttpReply) {
    this.value = value;
    this.status = reply.status;
    this.reply = reply;
  }

  get headers(): Readonly<Record<string, string>> {
    return this.reply.headers;
  }
}
