import type { Parameter } from "../../contracts/source.js";
import type { Report } from "../../problems/report.js";
import type { Formula } from "../../schema/formula.js";

/** What a step may pass: the names of the path, which it must, and each `$params.name` of the operation. */
export function parametersOf(
  pathNames: readonly string[],
  formulas: readonly Formula[],
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
  return [...names].map(([name, isRequired]) => ({ name, isRequired }));
}
