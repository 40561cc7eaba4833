import { isSecretName } from "../schema/secret.js";

/** Hides the values of secret variables in what is printed, wherever they flowed. */
export function secretMask(
  environment: Readonly<Record<string, string | undefined>>,
): (text: string) => string {
  const values = Object.entries(environment)
    .filter(([name, value]) => isSecretName(name) && value !== undefined && value.length >= shortestSecret)
    .flatMap(([, value]) => [value!, JSON.stringify(value).slice(1, -1)])
    .sort((a, b) => b.length - a.length);
  return (text) => values.reduce((masked, value) => masked.replaceAll(value, "***"), text);
}

/** Shorter ones would hide half of what is printed, and hide nothing worth hiding. */
const shortestSecret = 4;
