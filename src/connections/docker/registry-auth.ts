import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { JsonObject } from "../../expression/value.js";

/** Credentials of a registry. */
export type RegistryLogin =
  { readonly username: string; readonly password: string } | { readonly identitytoken: string };

/** The header of a pull. Its padding is required, which the `base64url` of Node leaves out. */
export function registryHeader(login: RegistryLogin, registry: string | undefined): string {
  const content: JsonObject =
    "identitytoken" in login ? { ...login } : { ...login, serveraddress: registry ?? hub };
  return Buffer.from(JSON.stringify(content)).toString("base64").replaceAll("+", "-").replaceAll("/", "_");
}

const hub = "https://index.docker.io/v1/";

/** The login that `docker login` has left for a registry; `undefined` where it has left none that can be read here. */
export function loginOfFile(
  registry: string | undefined,
  env: (name: string) => string | undefined,
): RegistryLogin | undefined {
  const folder = env("DOCKER_CONFIG") ?? join(env("HOME") ?? "/", ".docker");
  try {
    const { auths = {} } = JSON.parse(readFileSync(join(folder, "config.json"), "utf8")) as {
      auths?: Record<string, { auth?: string; identitytoken?: string }>;
    };
    const found = auths[registry ?? hub] ?? auths[`https://${registry}`];
    if (found?.identitytoken) return { identitytoken: found.identitytoken };
    if (!found?.auth) return undefined;
    const [username, ...password] = Buffer.from(found.auth, "base64").toString().split(":");
    return { username: username!, password: password.join(":") };
  } catch {
    return undefined;
  }
}
