import { bodyText } from "../../connections/http/body-text.js";
import type { HttpReply } from "../../connections/http/http-reply.js";
import { parseJson } from "../../connections/http/parse-json.js";
import { declaredCharset } from "../../connections/http/xml/declared-charset.js";
import { readXml } from "../../connections/http/xml/read-xml.js";
import type { JsonValue } from "../../expression/value.js";
import type { ResponseType } from "./keys.js";

/** The value of a body. One that is empty is null. Throws SOURCE_REPLY_INVALID. */
export type ParseBody = (reply: HttpReply) => JsonValue;

export function bodyParser(type: ResponseType): ParseBody {
  const parse = parsers[type];
  return (reply) => (reply.body.length === 0 ? null : parse(reply));
}

const parsers: Readonly<Record<ResponseType, ParseBody>> = {
  json: (reply) => parseJson(bodyText(reply)),
  text: (reply) => bodyText(reply),
  form: (reply) => readForm(bodyText(reply)),
  xml: (reply) => readXml(bodyText(reply, declaredCharset(reply.body))),
  bytes: ({ body }) => body.toString("base64"),
};

/** Names to texts; a name that stands several times has a list of them. */
function readForm(text: string): JsonValue {
  const values = new Map<string, JsonValue[]>();
  for (const [name, value] of new URLSearchParams(text)) {
    const known = values.get(name);
    if (known === undefined) values.set(name, [value]);
    else known.push(value);
  }
  return Object.fromEntries([...values].map(([name, all]) => [name, all.length === 1 ? all[0]! : all]));
}
