import { readFileSync } from "node:fs";

/** The folder of the installed package, which holds `package.json` and `templates/`. */
export const packageFolder = new URL("../../", import.meta.url);

/** The version of this package. */
export function packageVersion(): string {
  const text = readFileSync(new URL("package.json", packageFolder), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
