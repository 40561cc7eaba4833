import { isHeaderValue, isOwnHeader } from "../../connections/http/header-rules.js";
import type { Evaluate, Scope } from "../../expression/expression.js";
import type { JsonValue } from "../../expression/value.js";
import type { Report } from "../../problems/report.js";
import type { Formula } from "../../schema/formula.js";
import { isLiteral } from "./literal.js";
import { reportRefusals } from "./report-refusals.js";
import { refusedValue, wireText } from "./wire-text.js";

/** Names and values in turn. */
export type BuildHeaders = (scope: Scope) => string[];

/** Headers by lower-case name, so that a later one replaces an earlier one however it is written. */
export class HeaderSet {
  private readonly headers = new Map<string, Header>();

  /** Adds a header, in place of one of the same name. */
  set(name: string, value: string | Evaluate): this {
    this.headers.set(name.toLowerCase(), { name, value });
    return this;
  }

  /** Lays the headers of a source or an operation over what is there; a literal null removes. */
  add(written: ReadonlyMap<string, Formula>, report: Report): this {
    for (const [name, formula] of written) {
      if (!mayStand(name, formula, report)) continue;
      const value = isLiteral(formula.template) ? literalValue(name, formula, report) : formula.compile();
      if (value === undefined) this.headers.delete(name.toLowerCase());
      else this.headers.set(name.toLowerCase(), { name, value });
    }
    return this;
  }

  /** Those that never change are shared by all requests. One, by its lower-case name, can be left out. */
  compile(without?: string): BuildHeaders {
    const fixed: string[] = [];
    const computed: { readonly name: string; readonly evaluate: Evaluate }[] = [];
    for (const [key, { name, value }] of this.headers) {
      if (key === without) continue;
      if (typeof value === "string") fixed.push(name, value);
      else computed.push({ name, evaluate: value });
    }
    if (computed.length === 0) return () => fixed;
    return (scope) => {
      const headers = fixed.slice();
      for (const { name, evaluate } of computed) {
        const value = headerText(evaluate(scope), name);
        if (value !== undefined) headers.push(name, value);
      }
      return headers;
    };
  }
}

interface Header {
  readonly name: string;
  readonly value: string | Evaluate;
}

/** The text of a header, `undefined` for null. Throws PARAMETER_INVALID. */
export function headerText(value: JsonValue, name: string): string | undefined {
  if (value === null) return undefined;
  const written = wireText(value, name);
  if (isHeaderValue(written)) return written;
  throw refusedValue(name, "it has a character that a header cannot hold");
}

function mayStand(name: string, formula: Formula, report: Report): boolean {
  if (isOwnHeader(name)) {
    const reason = `The header "${name}" belongs to the connection and cannot be set.`;
    report.add("CONFIG_VALUE_INVALID", { reason }, formula.location);
    return false;
  }
  if (name.toLowerCase() === "host" && !isLiteral(formula.template)) {
    const reason = 'The header "Host" must be a plain text: no value may change where a call goes.';
    report.add("CONFIG_VALUE_INVALID", { reason }, formula.location);
    return false;
  }
  return true;
}

function literalValue(name: string, formula: Formula, report: Report): string | undefined {
  return reportRefusals(report, formula.location, () => headerText(formula.compile()({ nowMs: 0 }), name));
}
