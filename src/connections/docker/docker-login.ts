import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { loginOfHelper } from "./credential-helper.js";
import { hub, type RegistryLogin } from "./registry-auth.js";

/** What is read of the file that `docker login` writes. */
interface DockerConfig {
  readonly auths?: Readonly<Record<string, { readonly auth?: string; readonly identitytoken?: string }>>;
  /** The program that keeps the logins of all registries. */
  readonly credsStore?: string;
  /** The programs that keep those of some, by registry. */
  readonly credHelpers?: Readonly<Record<string, string>>;
}

/**
 * The login that `docker login` has left for a registry, in its file or with the helper that the file names. Rejects
 * with an error that says what is wrong with them.
 */
export async function dockerLogin(
  registry: string | undefined,
  variables: Readonly<Record<string, string>>,
): Promise<RegistryLogin | undefined> {
  const path = join(variables["DOCKER_CONFIG"] ?? join(variables["HOME"] ?? "/", ".docker"), "config.json");
  if (!existsSync(path)) return undefined;
  const { auths = {}, credHelpers = {}, credsStore } = readConfig(path);
  const server = registry ?? hub;
  const helper = credHelpers[server] ?? credsStore;
  const helped = helper ? await loginOfHelper(helper, server, variables) : undefined;
  return helped ?? writtenLogin(auths[server] ?? auths[`https://${server}`]);
}

function readConfig(path: string): DockerConfig {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as DockerConfig;
  } catch (error) {
    throw new Error(`${path} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

function writtenLogin(
  entry: { readonly auth?: string; readonly identitytoken?: string } | undefined,
): RegistryLogin | undefined {
  if (entry?.identitytoken) return { identitytoken: entry.identitytoken };
  if (!entry?.auth) return undefined;
  const [username, ...password] = Buffer.from(entry.auth, "base64").toString().split(":");
  return { username: username!, password: password.join(":") };
}
