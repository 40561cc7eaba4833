import type { Auth } from "../../connections/http/auth/auth.js";
import type { ProxyRule } from "../../connections/http/proxy.js";
import type { TlsRules } from "../../connections/http/tls-keys.js";
import type { Definition } from "../../contracts/source.js";
import type { ApiOperation, ApiSettings } from "./keys.js";

/** How an API is reached, and with which credentials. */
export interface Access {
  readonly auth: Auth;
  readonly tls: TlsRules | undefined;
  readonly proxy: ProxyRule | undefined;
  readonly refusesPrivate: boolean;
}

type AccessKeys = Pick<ApiSettings, "auth" | "tls" | "proxy" | "private_addresses">;

/** What holds for a source, or for an operation with keys of its own, which win one by one. */
export function accessOf(settings: AccessKeys, operation: Partial<AccessKeys> = {}): Access {
  return {
    auth: operation.auth ?? settings.auth ?? { kind: "none" },
    tls: operation.tls ?? settings.tls,
    proxy: operation.proxy ?? settings.proxy,
    refusesPrivate: (operation.private_addresses ?? settings.private_addresses) === "refuse",
  };
}

/** `undefined` where the operation is reached as its source is. */
export function ownAccess({
  settings,
  operation,
}: Definition<ApiSettings, ApiOperation>): Access | undefined {
  const { auth, tls, proxy, private_addresses } = operation;
  const differs = [auth, tls, proxy, private_addresses].some((each) => each !== undefined);
  return differs ? accessOf(settings, operation) : undefined;
}

/** Through a proxy it is the proxy that looks addresses up. */
export function checkAccess(
  { location, report }: Definition<ApiSettings, ApiOperation>,
  access: Access,
): void {
  if (!access.refusesPrivate || access.proxy === undefined) return;
  const reason =
    "`private_addresses: refuse` cannot be kept through a `proxy`: it resolves the name, not this service.";
  report.add("CONFIG_VALUE_INVALID", { reason }, location);
}
