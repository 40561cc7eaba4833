import { HttpReply } from "../../connections/http/http-reply.js";
import { writeXml } from "../../connections/http/xml/write-xml.js";
import type { JsonObject, JsonValue } from "../../expression/value.js";
import type { Mock, ResponseType } from "./keys.js";
import { exampleOf } from "./schema-example.js";

/** The answer that stands for the other side's. */
export interface MockAnswer {
  readonly reply: HttpReply;
  readonly delayMs: number;
}

/**
 * Makes the answer of an operation when it is first asked for: from its mock, else from its schema. It is written as
 * the operation expects to read it, so that it goes the way of a real one.
 */
export function mockMaker(
  mock: Mock | undefined,
  schema: JsonObject | undefined,
  responseType: ResponseType,
  isGraphql: boolean,
): () => MockAnswer | undefined {
  let made: MockAnswer | undefined;
  return () => {
    if (mock !== undefined) return (made ??= fromMock(mock, responseType));
    if (schema === undefined) return undefined;
    return (made ??= fromSchema(schema, responseType, isGraphql));
  };
}

function fromMock({ status, headers, body, delay }: Mock, responseType: ResponseType): MockAnswer {
  const raw = [...headers].flatMap(([name, value]) => [Buffer.from(name), Buffer.from(value, "latin1")]);
  const bytes = body === undefined ? Buffer.alloc(0) : written(body.value, responseType);
  return { reply: new HttpReply(status, raw, bytes), delayMs: delay };
}

function fromSchema(schema: JsonObject, responseType: ResponseType, isGraphql: boolean): MockAnswer {
  const example = exampleOf(schema);
  const body = written(isGraphql ? { data: example } : example, responseType);
  return { reply: new HttpReply(200, [], body), delayMs: 0 };
}

/** A text that is written as it is stands for a body that is no value of its type, such as a page of HTML. */
function written(value: JsonValue, responseType: ResponseType): Buffer {
  const isText = typeof value === "string";
  switch (responseType) {
    case "json":
      return Buffer.from(JSON.stringify(value));
    case "bytes":
      return isText ? Buffer.from(value, "base64") : Buffer.from(JSON.stringify(value));
    case "xml":
      return Buffer.from(isText ? value : (writeXml(value).text ?? ""));
    case "form":
      return Buffer.from(isText ? value : formText(value));
    case "text":
      return Buffer.from(isText ? value : JSON.stringify(value));
  }
}

function formText(value: JsonValue): string {
  const fields = new URLSearchParams();
  for (const [name, each] of Object.entries(value ?? {})) {
    for (const item of [each].flat()) fields.append(name, String(item));
  }
  return fields.toString();
}
