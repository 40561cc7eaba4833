import { either, list, object, required, withDefault } from "../../schema/composites.js";
import { text } from "../../schema/scalars.js";
import { mapped, type CheckContext, type Schema } from "../../schema/schema.js";
import type { Tree } from "../../schema/tree.js";
import { hasLiteralPassword } from "./base-url.js";

/** Through which proxy a source is reached: a written one, or the one that variables of the machine name. */
export type ProxyRule =
  | { readonly kind: "url"; readonly url: URL; readonly noProxy: readonly string[] }
  | { readonly kind: "environment" };

/** `http://proxy:3128`, `{ url, no_proxy }` or `environment`. */
export function proxy(): Schema<ProxyRule> {
  const full = mapped(
    object({
      url: required(proxyUrl, "The proxy, such as `http://proxy:3128`."),
      no_proxy: withDefault(
        list(text("a host such as `.corp.example`")),
        [],
        "Hosts that are reached without it: a name, a name with its subdomains behind a dot, or `*`.",
      ),
    }),
    ({ url, no_proxy }): ProxyRule => ({ kind: "url", url, noProxy: no_proxy }),
  );
  const short = mapped(proxyUrl, (url): ProxyRule => ({ kind: "url", url, noProxy: [] }));
  const environment: Schema<ProxyRule> = {
    words: "`environment`",
    json: () => ({ const: "environment" }),
    check: () => ({ kind: "environment" }),
  };
  return either(
    (tree) => tree.kind === "mapping",
    full,
    either((tree) => tree.kind === "scalar" && tree.value === "environment", environment, short),
  );
}

const proxyUrl: Schema<URL> = mapped(text("a URL such as `http://proxy:3128`"), readProxyUrl);

function readProxyUrl(written: string, tree: Tree, { report }: CheckContext): URL | undefined {
  const url = URL.canParse(written) ? new URL(written) : undefined;
  if (url === undefined || (url.protocol !== "http:" && url.protocol !== "https:")) {
    const reason = "A proxy is a URL with `http` or `https`.";
    return report.add("CONFIG_VALUE_INVALID", { reason }, tree.location);
  }
  if (hasLiteralPassword(tree)) {
    const facts = { key: "proxy", variable: "PROXY_PASSWORD" };
    return report.add("CONFIG_SECRET_LITERAL", facts, tree.location);
  }
  return url;
}

/** The proxy for an origin; `undefined` where it is reached directly. `env` reads the variables of the machine. */
export function proxyFor(
  origin: URL,
  rule: ProxyRule | undefined,
  env: (name: string) => string | undefined,
): URL | undefined {
  if (rule === undefined) return undefined;
  if (rule.kind === "url") return isExcepted(origin, rule.noProxy) ? undefined : rule.url;
  const either = (name: string) => env(name.toLowerCase()) || env(name);
  if (isExcepted(origin, (either("NO_PROXY") ?? "").split(/[\s,]+/))) return undefined;
  const named = either(origin.protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY");
  return named !== undefined && URL.canParse(named) ? new URL(named) : undefined;
}

function isExcepted({ hostname, port, protocol }: URL, noProxy: readonly string[]): boolean {
  const host = hostname.toLowerCase();
  const withPort = `${host}:${port || (protocol === "https:" ? 443 : 80)}`;
  return noProxy
    .map((each) => each.trim().toLowerCase().replace(/^\*\./, "."))
    .some((each) => {
      if (each === "") return false;
      const plain = each.replace(/^\./, "");
      return each === "*" || plain === host || plain === withPort || host.endsWith(`.${plain}`);
    });
}
