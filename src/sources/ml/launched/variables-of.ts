import type { Host } from "../../../contracts/host.js";

/** The variables of these names that have a value. */
export function variablesOf(host: Host, names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = host.env(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
