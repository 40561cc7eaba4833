import { HttpReply } from "../../connections/http/http-reply.js";
import type { Mock } from "./keys.js";

/** The answer that stands for the other side's. */
export interface MockAnswer {
  readonly reply: HttpReply;
  readonly delayMs: number;
}

/** A body is written as the operation expects to read it, so that it goes the way of a real one. */
export function mockAnswer(mock: Mock, responseType: "json" | "text"): MockAnswer {
  const headers = [...mock.headers].flatMap(([name, value]) => [
    Buffer.from(name),
    Buffer.from(value, "latin1"),
  ]);
  return { reply: new HttpReply(mock.status, headers, bodyOf(mock, responseType)), delayMs: mock.delay };
}

function bodyOf({ body }: Mock, responseType: "json" | "text"): Buffer {
  if (body === undefined) return Buffer.alloc(0);
  const isText = responseType === "text" && typeof body.value === "string";
  return Buffer.from(isText ? (body.value as string) : JSON.stringify(body.value));
}
