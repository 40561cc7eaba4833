import type { JsonObject } from "../expression/value.js";
import type { Report } from "../problems/report.js";
import type { Tree } from "./tree.js";

/**
 * What one value in a configuration file may be. One definition gives the check, the type, the JSON Schema for
 * editors and the words of the reference page.
 */
export interface Schema<T> {
  /** A few words for messages and the reference page: `a duration such as 5s`. */
  readonly words: string;
  /** Reads a tree into a value. Reports every problem in it and answers `undefined` when there was one. */
  check(tree: Tree, context: CheckContext): T | undefined;
  /** JSON Schema (draft-07) of what a person may write. */
  json(): JsonObject;
  /** The schemas that it is made of, for the reference page. */
  readonly parts?: readonly Schema<unknown>[];
  /** Its values are secrets, whatever the variables that they come from are called. */
  readonly isSecret?: true;
}

export interface CheckContext {
  readonly report: Report;
  /** Reads a text file named in the configuration, relative to the project. Throws OrchestratorError. */
  readonly readText: (path: string) => string;
  /** A variable of the environment, for `$env.NAME`. */
  readonly env: (name: string) => string | undefined;
  /** A variable without a value is a warning only. */
  readonly unsetOk?: boolean | undefined;
  /** The values at keys that are secret; filled by the check. */
  readonly secrets?: Set<string> | undefined;
  /** The names of variables that expressions read; filled by the check. */
  readonly usedVariables: Set<string>;
}

export type Infer<S> = S extends Schema<infer T> ? T : never;

/** Reports that a tree is not what a schema wants. What an unset variable would have been is not known, so it fits. */
export function wrongType(expected: string, found: string, tree: Tree, context: CheckContext): undefined {
  if (tree.kind === "scalar" && tree.isUnset) return undefined;
  return context.report.add("CONFIG_TYPE_WRONG", { expected, found }, tree.location);
}

/** A schema whose values are turned into others after the check; `undefined` from `read` means it has reported. */
export function mapped<T, U>(
  schema: Schema<T>,
  read: (value: T, tree: Tree, context: CheckContext) => U | undefined,
  words = schema.words,
): Schema<U> {
  return {
    words,
    parts: [schema],
    json: () => schema.json(),
    check(tree, context) {
      const value = schema.check(tree, context);
      return value === undefined ? undefined : read(value, tree, context);
    },
  };
}
