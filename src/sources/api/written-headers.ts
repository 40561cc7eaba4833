import { headerNamePattern, isOwnHeader } from "../../connections/http/header-rules.js";
import { mapping } from "../../schema/composites.js";
import { formula, type Formula } from "../../schema/formula.js";
import { mapped, type CheckContext, type Schema } from "../../schema/schema.js";
import type { Tree } from "../../schema/tree.js";
import { headerText } from "./headers.js";
import { isLiteral } from "./literal.js";
import { reportRefusals } from "./report-refusals.js";

/** Headers as people write them: names, and values that may be expressions. */
export function writtenHeaders(): Schema<ReadonlyMap<string, Formula>> {
  return mapped(mapping(formula("operation_request"), { pattern: headerNamePattern }), checkHeaders);
}

function checkHeaders(
  headers: ReadonlyMap<string, Formula>,
  _: Tree,
  context: CheckContext,
): ReadonlyMap<string, Formula> | undefined {
  const errorsBefore = context.report.errorCount;
  for (const [name, value] of headers) checkHeader(name, value, context);
  return context.report.errorCount > errorsBefore ? undefined : headers;
}

function checkHeader(name: string, value: Formula, { report }: CheckContext): void {
  const refuse = (reason: string) => report.add("CONFIG_VALUE_INVALID", { reason }, value.location);
  if (isOwnHeader(name)) {
    refuse(`The header "${name}" belongs to the connection and cannot be set.`);
  } else if (isLiteral(value.template)) {
    reportRefusals(report, value.location, () => headerText(value.compile()({ nowMs: 0 }), name));
  } else if (name.toLowerCase() === "host") {
    refuse(`The header "${name}" must be a plain text: no value may change where a call goes.`);
  }
}
