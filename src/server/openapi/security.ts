import type { AuthConfig } from "../../config/model.js";
import type { Access } from "../../contracts/access.js";
import type { JsonObject } from "../../expression/value.js";

/** The ways in which callers show who they are, as far as they are configured. */
export function securitySchemes({ apiKeys, jwt }: AuthConfig): JsonObject {
  const schemes = {
    ...(apiKeys !== undefined && { api_key: { type: "apiKey", in: "header", name: "X-Api-Key" } }),
    ...(jwt !== undefined && { jwt: { type: "http", scheme: "bearer", bearerFormat: "JWT" } }),
  };
  return Object.keys(schemes).length === 0 ? {} : { securitySchemes: schemes };
}

/** Which of them an operation takes: any one. OpenAPI 3.1 lists roles and scopes alike. */
export function securityOf(access: Access | undefined): JsonObject {
  if (access === undefined) return {};
  const { methods, roles, scopes } = access;
  return { security: methods.map((method) => ({ [method]: [...roles, ...scopes] })) };
}

/** How an operation refuses callers. */
export function accessResponses(access: Access | undefined): JsonObject {
  if (access === undefined) return {};
  const problem = { $ref: "#/components/responses/Problem" };
  const isPicky = access.roles.length > 0 || access.scopes.length > 0;
  return { "401": problem, ...(isPicky && { "403": problem }) };
}
