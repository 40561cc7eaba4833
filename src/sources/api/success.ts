import { either } from "../../schema/composites.js";
import { expression, type Formula } from "../../schema/formula.js";
import { mapped, type Schema } from "../../schema/schema.js";
import { isStatusRange, statuses, type StatusSet } from "./statuses.js";

/** When an answer is no failure: by its status alone, or by an expression that sees all of it. */
export type Success =
  | { readonly kind: "statuses"; readonly statuses: StatusSet }
  | { readonly kind: "expression"; readonly formula: Formula };

export function success(): Schema<Success> {
  return either<Success, Success>(
    (tree) =>
      tree.kind === "scalar" &&
      typeof tree.value === "string" &&
      !tree.isVariable &&
      !isStatusRange(tree.value),
    mapped(expression("operation_answer"), (formula) => ({ kind: "expression", formula })),
    mapped(statuses(), (set) => ({ kind: "statuses", statuses: set })),
  );
}
