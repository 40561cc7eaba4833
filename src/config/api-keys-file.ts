import { list, object, optional, required, withDefault } from "../schema/composites.js";
import { located, namePattern, pattern, text } from "../schema/scalars.js";
import type { Infer } from "../schema/schema.js";

const apiKey = object({
  name: required(
    located(pattern(namePattern, "a name of letters, digits, `_` and `-` that begins with a letter")),
    "What the key is called; `$auth.key_id`.",
  ),
  sha256: required(pattern(/^[0-9a-f]{64}$/, "a SHA-256 in 64 hexadecimal digits"), "The hash of the key."),
  roles: withDefault(list(text("a role")), [], "The roles of whoever shows it.", "none"),
  scopes: withDefault(list(text("a scope")), [], "The scopes of whoever shows it.", "none"),
  created_at: optional(text("a time"), "When it was made."),
});

/** The file of API keys: names and hashes, never a key. */
export const apiKeysFile = object({
  keys: withDefault(list(apiKey), [], "The keys that are good.", "none"),
});

export type ApiKeysFile = Infer<typeof apiKeysFile>;
