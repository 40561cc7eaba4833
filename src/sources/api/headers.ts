import { isHeaderValue } from "../../connections/http/header-rules.js";
import type { Evaluate, Scope } from "../../expression/expression.js";
import type { JsonValue } from "../../expression/value.js";
import type { Formula } from "../../schema/formula.js";
import { isLiteral } from "./literal.js";
import { valueName } from "./value-name.js";
import { refusedValue, wireText } from "./wire-text.js";

/** Names and values in turn. */
export type BuildHeaders = (scope: Scope) => string[];

/** Headers by lower-case name, so that a later one replaces an earlier one however it is written. */
export class HeaderSet {
  private readonly headers = new Map<string, Header>();

  /** Adds a header, in place of one of the same name. */
  set(name: string, value: string | Evaluate): this {
    this.headers.set(name.toLowerCase(), { name, value, valueName: name });
    return this;
  }

  /** Lays the headers of a source or an operation over what is there; a literal null removes. */
  add(written: ReadonlyMap<string, Formula>): this {
    for (const [name, formula] of written) {
      const evaluate = formula.compile();
      const value = isLiteral(formula.template) ? headerText(evaluate({ nowMs: 0 }), name) : evaluate;
      if (value === undefined) this.headers.delete(name.toLowerCase());
      else this.headers.set(name.toLowerCase(), { name, value, valueName: valueName(formula, name) });
    }
    return this;
  }

  /** Those that never change are shared by all requests. One, by its lower-case name, can be left out. */
  compile(without?: string): BuildHeaders {
    const fixed: string[] = [];
    const computed: (Pick<Header, "name" | "valueName"> & { readonly evaluate: Evaluate })[] = [];
    for (const [key, { name, value, valueName }] of this.headers) {
      if (key === without) continue;
      if (typeof value === "string") fixed.push(name, value);
      else computed.push({ name, valueName, evaluate: value });
    }
    if (computed.length === 0) return () => fixed;
    return (scope) => {
      const headers = fixed.slice();
      for (const { name, valueName, evaluate } of computed) {
        const value = headerText(evaluate(scope), valueName);
        if (value !== undefined) headers.push(name, value);
      }
      return headers;
    };
  }
}

interface Header {
  readonly name: string;
  readonly value: string | Evaluate;
  /** What the value is called where it cannot be used. */
  readonly valueName: string;
}

/** The text of a header, `undefined` for null. Throws PARAMETER_INVALID. */
export function headerText(value: JsonValue, name: string): string | undefined {
  if (value === null) return undefined;
  const written = wireText(value, name);
  if (isHeaderValue(written)) return written;
  throw refusedValue(name, "it has a character that a header cannot hold");
}
