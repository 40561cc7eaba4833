import { resolve } from "node:path";
import { isJsonObject, type JsonObject, type JsonValue } from "../../expression/value.js";
import { OrchestratorError } from "../../problems/orchestrator-error.js";
import type { MappingTree } from "../../schema/tree.js";
import { asymmetricAlgorithms, auth as authSchema, symmetricAlgorithms } from "../auth-keys.js";
import type { ConfigFile } from "../config-file.js";
import type { AuthConfig, JwtConfig, JwtKeys } from "../model.js";
import { readApiKeys } from "./api-keys.js";
import type { ProjectContext } from "./check-context.js";

type JwtFile = NonNullable<ConfigFile["auth"]["jwt"]>;

/** `auth` of config.yaml, with the files that it names. */
export function checkAuth(
  file: ConfigFile,
  config: MappingTree,
  projectFolder: string,
  context: ProjectContext,
): AuthConfig {
  const { default: methods, api_keys: apiKeys, jwt } = file.auth;
  const tree = config.entries.get("auth")?.value;
  // One that is written wrongly is reported itself, and not where it is used too.
  const isWritten = (key: string) =>
    tree !== undefined && (tree.kind !== "mapping" || authSchema.isWritten(tree, key));
  const checked: AuthConfig = {
    default: methods,
    apiKeys:
      apiKeys === undefined
        ? undefined
        : {
            file: resolve(projectFolder, apiKeys.file.value),
            keys: readApiKeys(apiKeys.file, context),
          },
    jwt: jwt === undefined ? undefined : checkJwt(jwt, tree as MappingTree, context),
    methods: [
      ...(isWritten("api_keys") ? (["api_key"] as const) : []),
      ...(isWritten("jwt") ? (["jwt"] as const) : []),
    ],
  };
  const place = tree?.kind === "mapping" ? tree.entries.get("default")?.value.location : undefined;
  for (const method of methods) {
    if (!checked.methods.includes(method)) context.report.add("AUTH_NOT_CONFIGURED", { method }, place);
  }
  return checked;
}

function checkJwt(file: JwtFile, tree: MappingTree, context: ProjectContext): JwtConfig | undefined {
  const written = tree.entries.get("jwt")!.value as MappingTree;
  const given = (["jwks_url", "jwks_file", "secret"] as const).filter((key) => written.entries.has(key));
  const second = given[1];
  if (second !== undefined) {
    const { keyLocation } = written.entries.get(second)!;
    return context.report.add("CONFIG_KEYS_EXCLUSIVE", { keys: given }, keyLocation);
  }
  if (given.length === 0) return context.report.add("JWT_KEYS_MISSING", {}, written.location);
  const keys = keysOf(file, context);
  if (keys === undefined) return undefined;
  const fitting: readonly string[] = keys.kind === "secret" ? symmetricAlgorithms : asymmetricAlgorithms;
  for (const { value: algorithm, location } of file.algorithms ?? []) {
    if (fitting.includes(algorithm)) continue;
    context.report.add(
      "JWT_ALGORITHM_UNFIT",
      { algorithm, fitting, isSecret: keys.kind === "secret" },
      location,
    );
  }
  return {
    issuer: file.issuer,
    audiences: file.audience,
    keys,
    algorithms: file.algorithms?.map(({ value }) => value) ?? defaultAlgorithms[keys.kind],
    rolesClaim: file.roles_claim,
    scopesClaim: file.scopes_claim,
    clockToleranceMs: file.clock_tolerance,
    cacheMs: file.jwks_cache,
    cooldownMs: file.jwks_cooldown,
  };
}

const defaultAlgorithms = {
  url: ["RS256", "ES256"],
  set: ["RS256", "ES256"],
  secret: ["HS256"],
} as const;

/** As RFC 7518 asks of `HS256`; the longer ones are no weaker for it. */
const shortestSecret = 32;

function keysOf(
  { jwks_url: url, jwks_file: file, secret }: JwtFile,
  context: ProjectContext,
): JwtKeys | undefined {
  const { report } = context;
  if (url !== undefined) {
    if (!URL.canParse(url.value)) {
      const reason = `"${url.value}" is not a URL.`;
      return report.add("CONFIG_VALUE_INVALID", { reason }, url.location);
    }
    if (isUnprotected(url.value)) report.add("JWKS_UNPROTECTED", {}, url.location);
    return { kind: "url", url: url.value };
  }
  if (file !== undefined) {
    try {
      return { kind: "set", set: parseKeySet(context.readText(file.value)) };
    } catch (error) {
      const reason = error instanceof OrchestratorError ? error.message : (error as Error).message;
      return report.add("JWKS_UNREADABLE", { path: file.value, reason }, file.location);
    }
  }
  if (secret === undefined) return undefined;
  if (Buffer.byteLength(secret.value.reveal()) >= shortestSecret)
    return { kind: "secret", secret: secret.value };
  const reason = `A secret that signs tokens has ${shortestSecret} bytes or more; this one is shorter.`;
  const hint = "`openssl rand -base64 48` makes one.";
  return report.add("CONFIG_VALUE_INVALID", { reason }, secret.location, { hint });
}

/** Whoever can change what is sent in the clear can make keys of their own good. */
function isUnprotected(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === "http:" && !/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
}

/** Throws an Error that says why it cannot be used. */
function parseKeySet(text: string): JsonObject {
  let set: JsonValue;
  try {
    set = JSON.parse(text) as JsonValue;
  } catch {
    throw new Error("It is not JSON.");
  }
  const keys = isJsonObject(set) ? set["keys"] : undefined;
  if (!Array.isArray(keys) || keys.length === 0) throw new Error("It has no list `keys` with a key in it.");
  if (!keys.every((key) => isJsonObject(key) && typeof key["kty"] === "string"))
    throw new Error("One of its `keys` is no JSON Web Key.");
  return set as JsonObject;
}
