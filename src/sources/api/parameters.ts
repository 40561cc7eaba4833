import type { Parameter } from "../../contracts/source.js";
import type { Report } from "../../problems/report.js";
import type { Formula } from "../../schema/formula.js";

/**
 * What a step may pass: the names of the path, which it must, and each `$params.name` of the operation. Those of the
 * path and of `query` can be read in the URL.
 */
export function parametersOf(
  pathNames: readonly string[],
  formulas: readonly Formula[],
  query: readonly Formula[],
  report: Report,
): readonly Parameter[] {
  const names = new Map<string, boolean>(pathNames.map((name) => [name, true]));
  for (const { reference, location } of formulas.flatMap(({ references }) => references)) {
    if (reference.root !== "params") continue;
    const name = reference.path[0]?.name;
    if (typeof name !== "string") {
      const reason = "Parameters must be named one by one: nothing else says which ones there are.";
      report.add("CONFIG_VALUE_INVALID", { reason }, location, { hint: "Write `$params.name`." });
    } else if (!names.has(name)) {
      names.set(name, false);
    }
  }
  const shown = new Set([...pathNames, ...query.flatMap(namesIn)]);
  return [...names].map(([name, isRequired]) => ({ name, isRequired, showsInUrl: shown.has(name) }));
}

function namesIn({ references }: Formula): readonly string[] {
  return references
    .filter(({ reference }) => reference.root === "params")
    .map(({ reference }) => String(reference.path[0]?.name));
}
