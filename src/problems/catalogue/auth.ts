import { entry, remark } from "../entry.js";

/** What callers are told who may not call. */
export const authReplyProblems = {
  CREDENTIALS_MISSING: entry<{ ways: readonly string[] }>(
    "The endpoint asks who calls, and the request does not say; `WWW-Authenticate` names the ways.",
    (p) => ({ message: `This needs credentials: ${p.ways.join(" or ")}.` }),
  ),
  CREDENTIALS_REFUSED: entry<{ what: string; reason: string }>(
    "An API key or a token is none that is good here; the words say why as far as a caller may know.",
    (p) => ({ message: `${p.what} is refused: ${p.reason}.` }),
  ),
  ACCESS_DENIED: entry(
    "The caller is known, but has none of the endpoint's `roles` or not all of its `scopes`.",
    () => ({ message: "You may not call this." }),
  ),
  RATE_LIMITED: entry(
    "A caller made more requests than its `rate_limit` lets it; `Retry-After` says when the next is answered.",
    () => ({ message: "Too many requests." }),
  ),
  RATE_LIMIT_UNAVAILABLE: entry(
    "With several workers the process that counts their requests does not answer, so that nobody knows whether a `rate_limit` is reached.",
    () => ({ message: "Requests cannot be counted at the moment." }),
  ),
  AUTH_UNAVAILABLE: entry(
    "A token cannot be verified, because the issuer's keys cannot be had at the moment.",
    () => ({ message: "Tokens cannot be verified at the moment." }),
  ),
};

/** Problems of `auth`, `roles`, `scopes` and `rate_limit` in the configuration. */
export const authConfigurationProblems = {
  AUTH_NOT_CONFIGURED: entry<{ method: string }>(
    "`auth` asks for API keys or tokens, and config.yaml does not say which are good.",
    (p) => ({
      message: `\`${p.method}\` is asked for, but \`auth\` of config.yaml has no \`${p.method === "jwt" ? "jwt" : "api_keys"}\`.`,
      hint:
        p.method === "jwt"
          ? "Add `auth.jwt` with `issuer`, `audience` and `jwks_url`."
          : "Add `auth.api_keys: { file: data/api-keys.yaml }` to config.yaml, and make a key with `orchestrator-api keys create`.",
    }),
  ),
  ACCESS_WITHOUT_AUTH: entry<{ key: string }>(
    "`roles` or `scopes` stand where nobody is asked who calls.",
    (p) => ({
      message: `\`${p.key}\` needs \`auth\`: without it nobody is asked who calls.`,
      hint: "Add `auth: api_key` or `auth: jwt` here, or set `auth.default` in config.yaml.",
    }),
  ),
  LIMIT_WITHOUT_AUTH: entry<{ by: string }>(
    "A `rate_limit` counts by key or by caller where nobody is asked for one.",
    (p) => ({
      message: `Requests cannot be counted by \`${p.by}\` here: nobody is asked for it.`,
      hint: "Count `by: client`, or add `auth`.",
    }),
  ),
  JWT_KEYS_MISSING: entry("`auth.jwt` does not say with which keys tokens are verified.", () => ({
    message: "Nothing says with which keys tokens are verified.",
    hint: "Add `jwks_url`, `jwks_file`, or, for `HS256`, `secret`.",
  })),
  JWT_ALGORITHM_UNFIT: entry<{ algorithm: string; fitting: readonly string[]; isSecret: boolean }>(
    "An algorithm of `auth.jwt` does not go with its kind of keys.",
    (p) => ({
      message: `\`${p.algorithm}\` cannot be verified with ${p.isSecret ? "a secret" : "public keys"}.`,
      hint: `Possible here: ${p.fitting.join(", ")}.`,
    }),
  ),
  JWKS_UNREADABLE: entry<{ path: string; reason: string }>(
    "`auth.jwt.jwks_file` is no file with a JSON Web Key Set.",
    (p) => ({
      message: `"${p.path}" cannot be used as a JSON Web Key Set: ${p.reason}`,
      hint: 'It is a JSON object such as `{"keys": [{"kty": "RSA", …}]}`.',
    }),
  ),
  JWKS_UNPROTECTED: remark(
    "warning",
    "`auth.jwt.jwks_url` is fetched without TLS from another machine.",
    () => ({
      message: "The keys that verify tokens come over a connection that others can change.",
      hint: "Use an `https` address, unless something else, such as a mesh, protects the way.",
    }),
  ),
  API_KEYS_ABSENT: remark<{ path: string }>(
    "warning",
    "The file of API keys does not exist yet, so that no key is good.",
    (p) => ({
      message: `There is no file "${p.path}" yet, so no API key is good.`,
      hint: "`orchestrator-api keys create NAME` makes it, with a first key.",
    }),
  ),
};

/** Problems of the commands `keys …`. */
export const keyCommandProblems = {
  API_KEYS_OFF: entry("A `keys` command is used in a project without `auth.api_keys`.", () => ({
    message: "The project has no API keys: `auth.api_keys` is missing in config.yaml.",
    hint: "Add `auth: { api_keys: { file: data/api-keys.yaml } }`, and `auth: api_key` to an endpoint.",
  })),
  API_KEYS_UNREADABLE: entry<{ path: string; reason: string }>(
    "The file of API keys is not what `keys create` writes.",
    (p) => ({
      message: `The file "${p.path}" cannot be used: ${p.reason}.`,
      hint: "Nothing was changed. `orchestrator-api check` shows what is wrong in it.",
    }),
  ),
  API_KEY_TAKEN: entry<{ name: string }>("`keys create` is given a name that a key has already.", (p) => ({
    message: `There is a key "${p.name}" already.`,
    hint: "Choose another name, or revoke that one first.",
  })),
  API_KEY_UNKNOWN: entry<{ name: string; known: readonly string[] }>(
    "`keys revoke` names a key that does not exist.",
    (p) => ({
      message: `There is no key "${p.name}".`,
      hint: p.known.length === 0 ? "There is none at all." : `Known: ${p.known.join(", ")}.`,
    }),
  ),
};

export const authProblems = { ...authReplyProblems, ...authConfigurationProblems, ...keyCommandProblems };
