import type { ServiceConfig } from "../../config/model.js";
import type { Access } from "../../contracts/access.js";
import type { JsonObject } from "../../expression/value.js";

/** How a request shows who sends it; what that is stands in variables, which are empty until someone fills them. */
export function describeAuth(access: Access | undefined): JsonObject {
  if (access === undefined) return {};
  if (access.methods[0] === "jwt") return { auth: { type: "bearer", bearer: [pair("token", "{{token}}")] } };
  const apikey = [pair("key", "X-Api-Key"), pair("value", "{{api_key}}"), pair("in", "header")];
  return { auth: { type: "apikey", apikey } };
}

function pair(key: string, value: string): JsonObject {
  return { key, value, type: "string" };
}

/** The variables of credentials that some request needs. */
export function credentialVariables({ domains }: ServiceConfig): readonly JsonObject[] {
  const methods = new Set(
    domains.flatMap(({ endpoints }) => endpoints.map(({ access }) => access?.methods[0])),
  );
  return [
    ...(methods.has("api_key") ? [{ key: "api_key", value: "" }] : []),
    ...(methods.has("jwt") ? [{ key: "token", value: "" }] : []),
  ];
}
