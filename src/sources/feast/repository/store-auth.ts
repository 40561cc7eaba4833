import { Secret } from "../../../schema/secret.js";
import type { Place } from "./repository-error.js";
import type { SettingReader } from "./setting-reader.js";

/** How clients of Feast's own servers are known, by `auth`, and how we are where one of these is the online store. */
export interface StoreAuth {
  readonly type: "no_auth" | "oidc" | "kubernetes";
  readonly place: Place;
  /** `undefined` where a token is to be had from an identity provider, or none is needed. */
  readonly token: StoreToken | undefined;
}

export type StoreToken =
  | { readonly kind: "fixed"; readonly value: Secret }
  /** That of the pod, which changes while we run; `fallback` stands for it where there is none. */
  | { readonly kind: "pod"; readonly fallback: Secret | undefined };

/** Of servers, and of how a provider gives tokens. */
const harmless = [
  ...["auth_discovery_url", "client_id", "ui_client_id", "verify_ssl", "ca_cert_path", "audience", "issuer"],
  ...["jwks_cache_lifespan_seconds", "jwks_request_timeout_seconds", "token_refresh_margin_seconds"],
  ...["client_secret", "username", "password", "token", "token_env_var", "user_token"],
];

/** Reads `auth`; its token only where that `isSent` to a server. Throws RepositoryError. */
export function readStoreAuth(
  top: SettingReader,
  env: (name: string) => string | undefined,
  isSent: boolean,
): StoreAuth {
  const place = top.placeOf("auth");
  if (!top.has("auth")) return { type: "no_auth", place, token: undefined };
  const settings = top.within("auth", "type");
  if (!settings.has("type")) throw settings.refuse("type", "is missing");
  const type = settings.oneOf("type", ["no_auth", "oidc", "kubernetes"], "no_auth");
  const variable = (name: string) => secret(env(name));
  const tokenOf = { no_auth: () => undefined, oidc: oidcToken, kubernetes: podToken }[type];
  const token = isSent ? tokenOf(settings, variable) : undefined;
  settings.finish(harmless);
  return { type, place, token };
}

type Variable = (name: string) => Secret | undefined;

function oidcToken(settings: SettingReader, variable: Variable): StoreToken | undefined {
  const name = settings.text("token_env_var");
  const ways = ["token", "token_env_var", "client_secret"].filter((each) => settings.has(each));
  if (ways.length > 1) throw settings.refuse(ways[1]!, `cannot stand beside "${ways[0]}"`);
  if (name !== undefined && variable(name) === undefined) {
    throw settings.refuse("token_env_var", `needs the variable ${name}, which is not set`);
  }
  const given = secret(settings.text("token")) ?? variable(name ?? "FEAST_OIDC_TOKEN");
  if (given !== undefined) return { kind: "fixed", value: given };
  return settings.has("client_secret") ? undefined : { kind: "pod", fallback: undefined };
}

function podToken(settings: SettingReader, variable: Variable): StoreToken {
  const given = secret(settings.text("user_token"));
  if (given !== undefined) return { kind: "fixed", value: given };
  return { kind: "pod", fallback: variable("LOCAL_K8S_TOKEN") };
}

function secret(text: string | undefined): Secret | undefined {
  return text === undefined || text === "" ? undefined : new Secret(text);
}
