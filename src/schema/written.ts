import type { Schema } from "./schema.js";
import { holdsUnset, type Tree } from "./tree.js";

/** A value with the tree it was read from. It is there also when the value is wrong, so that its name stays known. */
export interface Written<T> {
  readonly value: T | undefined;
  readonly tree: Tree;
  /** Something in it is wrong or not known, and has been reported. */
  readonly isBroken: boolean;
}

export function written<T>(schema: Schema<T>): Schema<Written<T>> {
  return {
    words: schema.words,
    parts: [schema],
    json: () => schema.json(),
    check(tree, context) {
      const before = context.report.errorCount;
      const value = schema.check(tree, context);
      return { value, tree, isBroken: context.report.errorCount > before || holdsUnset(tree) };
    },
  };
}
