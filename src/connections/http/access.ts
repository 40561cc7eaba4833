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

/** What holds for a source, or for an operation with keys of its own, which win one by one. */
export function accessOf(settings: AccessKeys, operation: AccessKeys = {}): Access {
  return {
    auth: operation.auth ?? settings.auth ?? { kind: "none" },
    tls: operation.tls ?? settings.tls,
    proxy: operation.proxy ?? settings.proxy,
    refusesPrivate: (operation.private_addresses ?? settings.private_addresses) === "refuse",
  };
}
