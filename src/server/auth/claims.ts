import type { JWTPayload } from "jose";
import type { JwtConfig } from "../../config/model.js";
import { isJsonObject, type JsonObject, type JsonValue } from "../../expression/value.js";
import type { Identity } from "./identity.js";

/** Who a verified token speaks of. */
export function identityOf(payload: JWTPayload, { rolesClaim, scopesClaim }: JwtConfig): Identity {
  const claims = payload as JsonObject;
  return {
    subject: payload.sub ?? null,
    roles: textsOf(claimOf(claims, rolesClaim)),
    scopes: textsOf(claimOf(claims, scopesClaim)),
    claims,
    key_id: null,
  };
}

/** A claim of this very name, else what a path such as `realm_access.roles` leads to. */
function claimOf(claims: JsonObject, name: string): JsonValue | undefined {
  if (Object.hasOwn(claims, name)) return claims[name];
  return name
    .split(".")
    .reduce<JsonValue | undefined>(
      (value, key) =>
        value !== undefined && isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined,
      claims,
    );
}

/** A list of texts, or one text with spaces between its words. */
function textsOf(claim: JsonValue | undefined): readonly string[] {
  if (typeof claim === "string") return claim.split(" ").filter((word) => word !== "");
  return Array.isArray(claim) ? claim.filter((each): each is string => typeof each === "string") : [];
}
