import { object, optional, withDefault } from "../schema/composites.js";
import { integer, orFalse, secretText, text } from "../schema/scalars.js";
import type { Schema } from "../schema/schema.js";
import type { Secret } from "../schema/secret.js";

const listener = object({
  host: withDefault(
    text(),
    "127.0.0.1",
    "The address to listen on; other machines reach it only if you change this.",
  ),
  port: withDefault(integer({ min: 0, max: 65_535 }), 9001, "The port to listen on."),
  token: optional(
    orLeftOut(secretText("token")),
    "What callers show as `Authorization: Bearer`. An empty variable counts as left out.",
    "made, and kept in `data/admin.token`",
  ),
});

/** `admin:` of config.yaml: a listener of its own, for the people who run the service. */
export const admin = orFalse(listener);
export const adminDefaults = listener.empty();

/** A variable that is set to nothing, as in `"${ADMIN_TOKEN:-}"`, leaves a secret out. */
function orLeftOut(schema: Schema<Secret>): Schema<Secret> {
  return {
    ...schema,
    check(tree, context) {
      const isEmpty = tree.kind === "scalar" && tree.value === "" && tree.variables.length > 0;
      return isEmpty && !("isUnset" in tree) ? undefined : schema.check(tree, context);
    },
  };
}
