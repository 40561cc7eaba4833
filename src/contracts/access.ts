import { list, oneOrMany, optional } from "../schema/composites.js";
import { enumeration, located, text } from "../schema/scalars.js";
import { mapped, type Schema } from "../schema/schema.js";
import type { Tree } from "../schema/tree.js";

/** A way to say who calls. */
export type AuthMethod = "api_key" | "jwt";

/** Who may call: whoever shows one of these credentials, has one of the roles and all of the scopes. */
export interface Access {
  /** One at least. */
  readonly methods: readonly AuthMethod[];
  /** Any of them; nothing is asked where there are none. */
  readonly roles: readonly string[];
  /** All of them. */
  readonly scopes: readonly string[];
}

/** `none`, a method, or a list of methods. No method means: everybody. */
export function authMethods(): Schema<readonly AuthMethod[]> {
  return mapped(
    oneOrMany(enumeration(["none", "api_key", "jwt"])),
    (found, tree, { report }): readonly AuthMethod[] | undefined => {
      const methods = found.filter((each) => each !== "none");
      const isNone = methods.length === 0 && found.length === 1;
      if (isNone || (methods.length > 0 && methods.length === found.length)) return [...new Set(methods)];
      if (found.length < itemsOf(tree)) return undefined;
      const reason =
        found.length === 0
          ? "An empty list does not say who may call."
          : "`none` lets everybody in, so nothing can stand beside it.";
      const hint = "Write `none`, or one or both of `api_key` and `jwt`.";
      return report.add("CONFIG_VALUE_INVALID", { reason }, tree.location, { hint });
    },
    "`none`, `api_key`, `jwt`, or a list of the latter",
  );
}

function itemsOf(tree: Tree): number {
  return tree.kind === "list" ? tree.items.length : 1;
}

/** The keys that say who may call, of an endpoint and of whatever else is served. */
export const accessKeys = {
  auth: optional(
    located(authMethods()),
    "How a caller shows who it is: `none`, `api_key`, `jwt`, or a list of which one is enough.",
    "`auth.default`",
  ),
  roles: optional(located(list(text("a role"))), "The caller needs one of them.", "none is asked"),
  scopes: optional(located(list(text("a scope"))), "The caller needs all of them.", "none is asked"),
};
