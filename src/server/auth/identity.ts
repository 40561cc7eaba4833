import type { Access } from "../../contracts/access.js";
import type { JsonObject } from "../../expression/value.js";
import { failure } from "../../problems/orchestrator-error.js";

/** Who calls: `$auth` of the expressions. Shared by all requests of a caller, so it never changes. */
export interface Identity extends JsonObject {
  /** The `sub` of a token, or the name of a key. */
  readonly subject: string | null;
  readonly roles: readonly string[];
  readonly scopes: readonly string[];
  /** Of a token; null for a key. */
  readonly claims: JsonObject | null;
  /** The name of a key; null for a token. */
  readonly key_id: string | null;
}

/** Throws ACCESS_DENIED where the caller has none of the roles, or lacks a scope. */
export function checkAllowed({ roles, scopes }: Identity, access: Access): void {
  const hasRole = access.roles.length === 0 || access.roles.some((role) => roles.includes(role));
  if (!hasRole || !access.scopes.every((scope) => scopes.includes(scope))) throw failure("ACCESS_DENIED", {});
}
