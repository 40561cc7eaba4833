import type { JsonObject, JsonValue } from "../../expression/value.js";
import { mapped, type CheckContext, type Schema } from "../../schema/schema.js";
import { text } from "../../schema/scalars.js";
import type { Tree } from "../../schema/tree.js";
import { encodeText, missingValue, refusedValue, wireText } from "./wire-text.js";

/** A path as written: `/orders/{id}/lines` has the literals `/orders/` and `/lines` around the name `id`. */
export interface PathTemplate {
  /** One more than names, encoded. */
  readonly literals: readonly string[];
  readonly names: readonly string[];
}

/** A path that begins with a slash, with the names of its parameters in braces. */
export function pathTemplate(): Schema<PathTemplate> {
  return mapped(text("a path such as `/orders/{id}`"), readPath);
}

const namePattern = /\{([^{}]*)\}/;

function readPath(written: string, tree: Tree, context: CheckContext): PathTemplate | undefined {
  const refuse = (reason: string, hint?: string) =>
    context.report.add("CONFIG_VALUE_INVALID", { reason }, tree.location, { hint });
  if (!written.startsWith("/")) return refuse("A path begins with a slash.", `Write \`/${written}\`.`);
  if (/[?#]/.test(written)) {
    return refuse("A path has no query and no fragment.", "Put the query under `query:`.");
  }
  if (written.split("/").some((segment) => segment === "." || segment === "..")) {
    return refuse("A path cannot have `.` or `..` as a part.");
  }
  const pieces = written.split(namePattern);
  const names = pieces.filter((_, index) => index % 2 === 1);
  const literals = pieces.filter((_, index) => index % 2 === 0);
  const wrong = names.find((name) => !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name));
  if (wrong !== undefined) {
    return refuse(`"${wrong}" cannot be the name of a parameter.`, "Names have letters, digits and `_`.");
  }
  if (literals.some((literal) => /[{}]/.test(literal))) return refuse("A brace of this path has no partner.");
  return { literals: literals.map(encodeLiteral), names };
}

/** Encodes what a URL cannot hold; a `%` is taken for the beginning of a code that is already there. */
function encodeLiteral(literal: string): string {
  return literal.replace(/[^!$%&'()*+,\-./0-9:;=@A-Z_a-z~]/gu, encodeURIComponent);
}

export type BuildPath = (parameters: JsonObject) => string;

/** `undefined` as template stands for the base path itself. */
export function compilePath(basePath: string, template: PathTemplate | undefined): BuildPath {
  if (template === undefined) return constant(basePath === "" ? "/" : basePath);
  const { names, literals } = template;
  const first = basePath + literals[0]!;
  if (names.length === 0) return constant(first);
  return (parameters) => {
    let path = first;
    for (let index = 0; index < names.length; index++) {
      path += pathValue(parameters, names[index]!) + literals[index + 1]!;
    }
    return path;
  };
}

function constant(path: string): BuildPath {
  return () => path;
}

/** A value stays one part of the path: slashes are encoded, and what would climb or vanish is refused. */
function pathValue(parameters: JsonObject, name: string): string {
  const value: JsonValue = Object.hasOwn(parameters, name) ? (parameters[name] ?? null) : null;
  if (value === null) throw missingValue(name);
  const written = wireText(value, name);
  if (written === "") throw refusedValue(name, "it is empty, which a path cannot hold");
  if (written === "." || written === "..") throw refusedValue(name, "a path cannot hold `.` or `..`");
  return encodeText(written, name);
}
