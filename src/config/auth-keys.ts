import { authMethods } from "../contracts/access.js";
import { list, object, oneOrMany, optional, required, withDefault } from "../schema/composites.js";
import { duration, enumeration, located, pattern, secretText, text } from "../schema/scalars.js";

/** Signed with a key pair, whose public half verifies. */
export const asymmetricAlgorithms = [
  ...(["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"] as const),
  ...(["ES256", "ES384", "ES512", "EdDSA"] as const),
] as const;
/** Signed with a secret that both sides have. */
export const symmetricAlgorithms = ["HS256", "HS384", "HS512"] as const;

const algorithm = enumeration([...asymmetricAlgorithms, ...symmetricAlgorithms]);

const apiKeys = object({
  file: withDefault(
    located(text("a path")),
    { value: "data/api-keys.yaml", location: { file: "config/config.yaml", line: 1, column: 1 } },
    "Where `keys create` writes what is known of each key: never the key itself.",
    '"data/api-keys.yaml"',
  ),
});

/** `auth.jwt`. */
const jwt = object({
  issuer: required(text("the `iss` of good tokens"), "The `iss` of good tokens."),
  audience: required(oneOrMany(text("the `aud` of good tokens")), "The `aud` of good tokens, or several."),
  jwks_url: optional(
    located(pattern(/^https?:\/\/[^\s#]+$/, "a URL such as `https://login.example/.well-known/jwks.json`")),
    "Where the issuer publishes its public keys.",
  ),
  jwks_file: optional(located(text("a path")), "A file with the public keys, as a JSON Web Key Set."),
  secret: optional(
    located(secretText("secret")),
    "The secret of `HS256` and its like, in place of public keys.",
  ),
  algorithms: optional(
    list(located(algorithm)),
    "How tokens may be signed; all else is refused.",
    "RS256 and ES256; HS256 with a `secret`",
  ),
  roles_claim: withDefault(
    text("the name of a claim"),
    "roles",
    "The claim with the caller's roles; `realm_access.roles` reads inside a claim.",
  ),
  scopes_claim: withDefault(text("the name of a claim"), "scope", "The claim with the caller's scopes."),
  clock_tolerance: withDefault(
    duration(),
    5_000,
    "How far the clocks of issuer and service may differ.",
    "5s",
  ),
  jwks_cache: withDefault(
    duration(),
    600_000,
    "How long keys from `jwks_url`, and tokens found good, are taken without looking again.",
    "10m",
  ),
  jwks_cooldown: withDefault(
    duration(),
    30_000,
    "How long after a look at `jwks_url` a token with an unknown key does not cause another.",
    "30s",
  ),
});

/** `auth:` of config.yaml. */
export const auth = object({
  default: withDefault(
    authMethods(),
    [],
    "What an endpoint asks for that has no `auth`, and so do the listings and the OpenAPI document.",
    "`none`",
  ),
  api_keys: optional(apiKeys, "Keys that `keys create` makes; callers send one as `X-Api-Key`.", "no keys"),
  jwt: optional(jwt, "Tokens of an issuer; callers send one as `Authorization: Bearer`.", "no tokens"),
});
