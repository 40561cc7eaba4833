import type { Access, accessKeys } from "../../contracts/access.js";
import type { ObjectOf } from "../../schema/composites.js";
import type { AuthConfig } from "../model.js";
import type { ProjectContext } from "./check-context.js";

export type AccessFile = Partial<ObjectOf<typeof accessKeys>>;

/** Who may call what these keys belong to; `undefined` where everybody may. */
export function checkAccess(
  { auth, roles, scopes }: AccessFile,
  config: AuthConfig,
  { report }: ProjectContext,
): Access | undefined {
  const methods = auth?.value ?? config.default;
  for (const method of auth?.value ?? []) {
    if (!config.methods.includes(method)) report.add("AUTH_NOT_CONFIGURED", { method }, auth!.location);
  }
  if (methods.length > 0) return { methods, roles: roles?.value ?? [], scopes: scopes?.value ?? [] };
  for (const [key, written] of Object.entries({ roles, scopes })) {
    if (written !== undefined) report.add("ACCESS_WITHOUT_AUTH", { key }, written.location);
  }
  return undefined;
}
