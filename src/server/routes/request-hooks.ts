import type { onRequestHookHandler } from "fastify";
import type { Access } from "../../contracts/access.js";
import { accessHook, sizeHook } from "../auth/access-hook.js";
import { type AnyLimit, fixedLimits, limitHooks } from "../limits/limit-requests.js";
import type { Serving } from "../serving.js";

/** What something that is served asks of its callers before it reads what they send. */
export interface Asked {
  readonly access: Access | undefined;
  readonly limits: readonly AnyLimit[];
  /** Bodies that pass as they come have no limit. */
  readonly limitsBody: boolean;
}

/**
 * The hooks of a route, in this order: the size that a body says it has, limits by address, who calls, limits by who
 * calls. A route that asks for nothing has none.
 */
export function requestHooks(
  { access, limits, limitsBody }: Asked,
  serving: Serving,
): { onRequest?: onRequestHookHandler[] } {
  const { early, late } = fixedLimits(limits);
  const hooks = [
    ...limitHooks(early, serving.counter),
    ...(access === undefined ? [] : [accessHook(access, serving)]),
    ...limitHooks(late, serving.counter),
  ];
  if (hooks.length === 0) return {};
  return { onRequest: limitsBody ? [sizeHook(serving), ...hooks] : hooks };
}

/** The hooks of a route of the service itself: what holds for all, `auth.default` and `rate_limit` of config.yaml. */
export function defaultHooks(serving: Serving): { onRequest?: onRequestHookHandler[] } {
  const { auth, limit } = serving.service.config;
  const access = auth.default.length === 0 ? undefined : { methods: auth.default, roles: [], scopes: [] };
  return requestHooks({ access, limits: limit === undefined ? [] : [limit], limitsBody: true }, serving);
}
