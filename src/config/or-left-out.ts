import type { Schema } from "../schema/schema.js";

/** A variable that is set to nothing, as in `"${ADMIN_TOKEN:-}"`, leaves a key out. */
export function orLeftOut<T>(schema: Schema<T>): Schema<T> {
  return {
    ...schema,
    check(tree, context) {
      const isEmpty = tree.kind === "scalar" && tree.value === "" && tree.variables.length > 0;
      return isEmpty && !("isUnset" in tree) ? undefined : schema.check(tree, context);
    },
  };
}
