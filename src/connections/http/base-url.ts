import { mapped, type CheckContext, type Schema } from "../../schema/schema.js";
import { text } from "../../schema/scalars.js";
import { Secret } from "../../schema/secret.js";
import type { Tree } from "../../schema/tree.js";

/** Where an HTTP source lives. Everything after it in a URL is the operation's. */
export interface BaseUrl {
  /** Scheme, host and port, such as `https://credit.example:8443`. */
  readonly origin: string;
  /** The part of the path that all operations share, without a slash at its end: `/v2`, or empty. */
  readonly path: string;
  /** The whole path as written: `/`, `/v2/`. */
  readonly fullPath: string;
  /** The `Authorization` header that a user and a password in the URL stand for. */
  readonly authorization: Secret | undefined;
}

/** An absolute URL with `http` or `https`, without a query. A password that stands in the file itself is refused. */
export function baseUrl(): Schema<BaseUrl> {
  return mapped(text("a URL such as `https://api.example/v2`"), readBaseUrl);
}

function readBaseUrl(written: string, tree: Tree, context: CheckContext): BaseUrl | undefined {
  const refuse = (reason: string, hint?: string) =>
    context.report.add("CONFIG_VALUE_INVALID", { reason }, tree.location, { hint });
  const url = URL.canParse(written) ? new URL(written) : undefined;
  if (url === undefined)
    return refuse("This is not an absolute URL.", "Write it with its scheme: `https://…`.");
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    return refuse(`The scheme "${url.protocol.slice(0, -1)}" is not one of http and https.`);
  }
  if (url.search !== "" || url.hash !== "" || written.includes("?") || written.includes("#")) {
    return refuse("A base URL has no query and no fragment.", "Put them under `query:` of the operations.");
  }
  if (hasLiteralPassword(tree)) {
    const variable = "API_PASSWORD";
    return context.report.add("CONFIG_SECRET_LITERAL", { key: "base_url", variable }, tree.location);
  }
  return baseUrlOf(url);
}

/** The parts of a URL with `http` or `https`. */
export function baseUrlOf(url: URL): BaseUrl {
  return {
    origin: url.origin,
    fullPath: url.pathname,
    path: url.pathname.replace(/\/+$/, ""),
    authorization: basicAuthorization(url),
  };
}

/** Whether the user and password of a URL stand in the file, not in variables. */
export function hasLiteralPassword(tree: Tree): boolean {
  if (tree.kind !== "scalar" || typeof tree.value !== "string") return false;
  const credentials = /^[a-z]+:\/\/([^/?#]*)@/i.exec(tree.written ?? tree.value)?.[1];
  if (credentials === undefined) return false;
  const password = credentials.slice(credentials.indexOf(":") + 1);
  return !password.includes("${");
}

function basicAuthorization({ username, password }: URL): Secret | undefined {
  if (username === "" && password === "") return undefined;
  const credentials = Buffer.concat([decoded(username), Buffer.from(":"), decoded(password)]);
  return new Secret(`Basic ${credentials.toString("base64")}`);
}

/** The bytes of a percent-encoded text; a `%` that begins no code stands for itself. */
function decoded(text: string): Buffer {
  const bytes = text.replace(/%([0-9a-f]{2})/gi, (_, code: string) =>
    String.fromCharCode(parseInt(code, 16)),
  );
  return Buffer.from(bytes, "latin1");
}
