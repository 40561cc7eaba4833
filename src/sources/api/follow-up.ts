import type { HttpRequest } from "../../connections/http/http-client.js";
import { encodeText } from "./wire-text.js";

/** Where a follow-up of a request leads: a path on the same origin, or somewhere else. */
export type Destination = { readonly kind: "path"; readonly path: string } | { readonly kind: "elsewhere" };

/** Resolves a written address against that of a request. Whoever wrote it, it never leads to another origin. */
export function destinationOf(origin: string, request: HttpRequest, written: string): Destination {
  const base = origin + request.path;
  const url = URL.canParse(written, base) ? new URL(written, base) : undefined;
  if (url === undefined || url.origin !== origin) return { kind: "elsewhere" };
  return { kind: "path", path: url.pathname + url.search };
}

/** The path with a query parameter set to a value, in place of all that have its name. */
export function withParameter(path: string, name: string, value: string): string {
  const [route, query = ""] = splitOnce(path, "?");
  const encoded = encodeText(name, name);
  const others = query.split("&").filter((pair) => pair !== "" && splitOnce(pair, "=")[0] !== encoded);
  return `${route}?${[...others, `${encoded}=${encodeText(value, name)}`].join("&")}`;
}

function splitOnce(text: string, separator: string): readonly [string, string?] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
