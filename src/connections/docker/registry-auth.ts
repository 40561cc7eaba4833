import type { JsonObject } from "../../expression/value.js";

/** Credentials of a registry. */
export type RegistryLogin =
  { readonly username: string; readonly password: string } | { readonly identitytoken: string };

/** What Docker calls its own registry. */
export const hub = "https://index.docker.io/v1/";

/** The header of a pull. Its padding is required, which the `base64url` of Node leaves out. */
export function registryHeader(login: RegistryLogin, registry: string | undefined): string {
  const content: JsonObject =
    "identitytoken" in login ? { ...login } : { ...login, serveraddress: registry ?? hub };
  return Buffer.from(JSON.stringify(content)).toString("base64").replaceAll("+", "-").replaceAll("/", "_");
}
