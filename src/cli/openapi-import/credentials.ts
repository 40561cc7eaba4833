import { isJsonList, isJsonObject, type JsonObject, type JsonValue } from "../../expression/value.js";
import type { OpenapiDocument } from "./document.js";

/** What `auth` of a source or an operation says, and the variables that its secrets come from. */
export interface ImportedAuth {
  readonly auth: JsonObject | "none";
  readonly variables: readonly string[];
}

/** The credentials that a `security` list asks for: the first of its alternatives that can be had. */
export function importAuth(
  security: JsonValue | undefined,
  document: OpenapiDocument,
  prefix: string,
  serverUrl: string,
): ImportedAuth | undefined {
  if (!isJsonList(security ?? null)) return undefined;
  const alternatives = (security as JsonValue[]).filter(isJsonObject);
  if (alternatives.length === 0) return { auth: "none", variables: [] };
  const schemes =
    document.resolve((document.root["components"] as JsonObject | undefined)?.["securitySchemes"]) ?? {};
  for (const alternative of alternatives) {
    for (const [name, scopes] of Object.entries(alternative)) {
      const scheme = document.resolve(schemes[name]);
      const found = scheme === undefined ? undefined : fromScheme(scheme, scopes, prefix, serverUrl);
      if (found !== undefined) return found;
    }
    if (Object.keys(alternative).length === 0) return { auth: "none", variables: [] };
  }
  return undefined;
}

function fromScheme(
  scheme: JsonObject,
  scopes: JsonValue,
  prefix: string,
  serverUrl: string,
): ImportedAuth | undefined {
  const { type, in: place, name } = scheme;
  const scheme_ = String(scheme["scheme"] ?? "").toLowerCase();
  if (type === "http" && scheme_ === "basic") return basic(prefix);
  if (type === "http" && scheme_ === "bearer") return bearer(prefix);
  if (type === "apiKey" && typeof name === "string" && (place === "header" || place === "query")) {
    return apiKey(place, name, prefix);
  }
  if (type === "oauth2") return clientCredentials(scheme, scopes, prefix, serverUrl) ?? bearer(prefix);
  return type === "openIdConnect" ? bearer(prefix) : undefined;
}

function bearer(prefix: string): ImportedAuth {
  return { auth: { type: "bearer", token: `\${${prefix}_TOKEN}` }, variables: [`${prefix}_TOKEN`] };
}

function basic(prefix: string): ImportedAuth {
  const [username, password] = [`${prefix}_USERNAME`, `${prefix}_PASSWORD`];
  const auth = { type: "basic", username: `\${${username}}`, password: `\${${password}}` };
  return { auth, variables: [username, password] };
}

function apiKey(place: "header" | "query", name: string, prefix: string): ImportedAuth {
  const variable = `${prefix}_API_KEY`;
  return { auth: { type: "api_key", [place]: name, value: `\${${variable}}` }, variables: [variable] };
}

function clientCredentials(
  { flows = null }: JsonObject,
  scopes: JsonValue,
  prefix: string,
  serverUrl: string,
): ImportedAuth | undefined {
  const flow = isJsonObject(flows) ? (flows["clientCredentials"] ?? null) : null;
  const tokenUrl = isJsonObject(flow) ? flow["tokenUrl"] : undefined;
  if (typeof tokenUrl !== "string" || !URL.canParse(tokenUrl, serverUrl)) return undefined;
  const url = new URL(tokenUrl, serverUrl);
  if (url.search !== "" || url.hash !== "") return undefined;
  const [id, secret] = [`${prefix}_CLIENT_ID`, `${prefix}_CLIENT_SECRET`];
  const wanted = isJsonList(scopes) ? scopes.filter((scope) => typeof scope === "string") : [];
  const auth = {
    type: "oauth2_client_credentials",
    token_url: url.href,
    client_id: `\${${id}}`,
    client_secret: `\${${secret}}`,
    ...(wanted.length === 0 ? {} : { scopes: wanted }),
  };
  return { auth, variables: [id, secret] };
}
