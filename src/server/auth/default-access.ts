import type { onRequestHookHandler } from "fastify";
import type { Access } from "../../contracts/access.js";
import type { ServiceConfig } from "../../config/model.js";
import type { Serving } from "../serving.js";
import { accessHook } from "./access-hook.js";

/** Who may call what has no `auth` of its own; `undefined` where everybody may. */
export function defaultAccess({ auth }: ServiceConfig): Access | undefined {
  return auth.default.length === 0 ? undefined : { methods: auth.default, roles: [], scopes: [] };
}

/** The hooks of a route that follows `auth.default`. */
export function defaultAccessHooks(serving: Serving): { onRequest?: onRequestHookHandler[] } {
  const access = defaultAccess(serving.service.config);
  return access === undefined ? {} : { onRequest: [accessHook(access, serving)] };
}
