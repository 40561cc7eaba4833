import type { ApiConfig, Route } from "../../config/model.js";

/** The path of an endpoint as callers see it: the prefix, then the route. */
export function fullPath(api: ApiConfig, route: Route): string {
  return prefixOf(api) + route.path;
}

/** The prefix, ready to stand before a path: `/` is none at all. */
export function prefixOf(api: ApiConfig): string {
  return api.prefix === "/" ? "" : api.prefix;
}

/** A path in the router's syntax: `{name}` is one segment or a part of one, `{rest*}` all that follows. */
export function routerPath(path: string): string {
  return partsOf(path)
    .map((part, index, parts) => {
      if (part.kind === "literal") return part.text.replaceAll(":", "::");
      if (part.kind === "rest") return "*";
      const next = parts[index + 1];
      const needsEnd = next?.kind === "literal" && !/^[/.-]/.test(next.text);
      return needsEnd ? `:${part.name}(^[^/]+)` : `:${part.name}`;
    })
    .join("");
}

/** Matches raw paths of requests, parameters being at least one character long. */
export function pathPattern(path: string): RegExp {
  const source = partsOf(path).map((part) => {
    if (part.kind === "literal") return part.text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    return part.kind === "rest" ? ".+" : "[^/]+";
  });
  return new RegExp(`^${source.join("")}$`);
}

/** The name of `{rest*}`, where a path ends with one. */
export function restName(path: string): string | undefined {
  const last = partsOf(path).at(-1);
  return last?.kind === "rest" ? last.name : undefined;
}

/** The path with its parameters renamed: `{rest*}` becomes `{rest}`. */
export function renameParameters(path: string, rename: (name: string, index: number) => string): string {
  let index = 0;
  return partsOf(path)
    .map((part) => (part.kind === "literal" ? part.text : `{${rename(part.name, index++)}}`))
    .join("");
}

type Part =
  | { readonly kind: "literal"; readonly text: string }
  | { readonly kind: "parameter" | "rest"; readonly name: string };

function partsOf(path: string): Part[] {
  return path
    .split(/(\{[^{}]+\})/)
    .filter((text) => text !== "")
    .map((text) => {
      if (!text.startsWith("{")) return { kind: "literal", text };
      const name = text.slice(1, -1);
      return name.endsWith("*") ? { kind: "rest", name: name.slice(0, -1) } : { kind: "parameter", name };
    });
}
