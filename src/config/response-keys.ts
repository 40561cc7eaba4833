import type { JsonValue } from "../expression/value.js";
import { mapping } from "../schema/composites.js";
import { expression, formula, type Formula } from "../schema/formula.js";
import { mapped, wrongType, type Schema } from "../schema/schema.js";
import { describeTree, type MappingTree } from "../schema/tree.js";
import { isFramingHeader, isReplyStatus } from "./reply-rules.js";

/** `response_status`: one that is the same for all replies is checked here, any other when it is known. */
export const responseStatus: Schema<Formula> = mapped(expression("response"), (written, tree, context) => {
  const found = constantOf(written);
  if (found === undefined || found === null || isReplyStatus(found)) return written;
  if (typeof found !== "number" || !Number.isInteger(found)) {
    return wrongType("a status from 200 to 599", describeTree(tree), tree, context);
  }
  return context.report.add("CONFIG_NUMBER_RANGE", { found, range: "200 to 599" }, tree.location);
});

/** What a formula gives that reads nothing; `undefined` for any other, and for one that always fails. */
export function constantOf({ references, compile }: Formula): JsonValue | undefined {
  if (references.length > 0) return undefined;
  try {
    return compile()({ nowMs: 0 });
  } catch {
    return undefined;
  }
}

/** `response_headers` by name. */
export function responseHeaders(exposed: { readonly exposedIn: string }) {
  const headers = mapping(formula("response", exposed), { pattern: /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/ });
  return mapped(headers, (written, tree, { report }) => {
    const { entries } = tree as MappingTree;
    for (const [name, { keyLocation }] of entries) {
      if (!isFramingHeader(name)) continue;
      const reason = `The header "${name}" belongs to the connection; the server writes it itself.`;
      report.add("CONFIG_VALUE_INVALID", { reason }, keyLocation, { hint: "Remove it." });
    }
    return written;
  });
}
