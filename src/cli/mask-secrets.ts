import { maskOf } from "../observe/mask.js";
import { isSecretName } from "../schema/secret.js";

/** Hides the values of secret variables in what is printed, wherever they flowed. */
export function secretMask(
  environment: Readonly<Record<string, string | undefined>>,
): (text: string) => string {
  const secret = Object.entries(environment).filter(([name]) => isSecretName(name));
  return maskOf(secret.flatMap(([, value]) => value ?? []));
}
