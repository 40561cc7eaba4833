import type { Auth } from "./auth/auth.js";
import type { ProxyRule } from "./proxy.js";
import type { TlsRules } from "./tls-keys.js";

/** How the other side is reached, and with which credentials. */
export interface Access {
  readonly auth: Auth;
  readonly tls: TlsRules | undefined;
  readonly proxy: ProxyRule | undefined;
  readonly refusesPrivate: boolean;
}

/** The keys that say so. */
export interface AccessKeys {
  readonly auth?: Auth | undefined;
  readonly tls?: TlsRules | undefined;
  readonly proxy?: ProxyRule | undefined;
  readonly private_addresses?: "allow" | "refuse" | undefined;
}

/** Why `private_addresses: refuse` cannot be kept; `undefined` where it can, or is not asked for. */
export function unkeptRefusal({
  refusesPrivate,
  proxy,
}: Pick<Access, "refusesPrivate" | "proxy">): string | undefined {
  if (!refusesPrivate || proxy === undefined) return undefined;
  return "`private_addresses: refuse` cannot be kept through a `proxy`: it resolves the name, not this service.";
}

/** What holds for a source, or for an operation with keys of its own, which win one by one. */
export function accessOf(settings: AccessKeys, operation: AccessKeys = {}): Access {
  return {
    auth: operation.auth ?? settings.auth ?? { kind: "none" },
    tls: operation.tls ?? settings.tls,
    proxy: operation.proxy ?? settings.proxy,
    refusesPrivate: (operation.private_addresses ?? settings.private_addresses) === "refuse",
  };
}
