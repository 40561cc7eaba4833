import { parseVariables, type TextPart } from "../../config/reading/variable-text.js";
import { isSecretName } from "../../schema/secret.js";
import type { ScalarTree } from "../../schema/tree.js";

type LookUp = (name: string) => string | undefined;

export const mask = "***";

/** The value of a scalar with every secret in it as stars. `isSecretKey` says that the schema wants a secret here. */
export function maskedValue(tree: ScalarTree, isSecretKey: boolean, env: LookUp): ScalarTree["value"] {
  if (isSecretKey) return mask;
  if (!tree.isSecret) return typeof tree.value === "string" ? withoutPassword(tree.value) : tree.value;
  if (tree.isVariable || tree.written === undefined) return mask;
  const parts = parseVariables(tree.written).map((part) => maskedPart(part, env));
  return withoutPassword(parts.join(""));
}

function maskedPart(part: TextPart, env: LookUp): string {
  if (part.kind === "literal") return part.text;
  if (part.kind !== "variable" || isSecretName(part.name)) return mask;
  const fallback = part.fallback?.includes("${") === true ? mask : part.fallback;
  return env(part.name) || fallback || "";
}

/** A password that stands in a URL, whatever its variable is called. */
function withoutPassword(text: string): string {
  return text.replace(/(:\/\/[^:@/?#\s]*:)[^@/?#\s]+@/g, `$1${mask}@`);
}
