import { createSecureContext, type SecureContextOptions } from "node:tls";

/** Why PEM texts cannot be used for a connection, in words that repeat nothing of them; `undefined` where they can. */
export function pemFault(options: SecureContextOptions): string | undefined {
  try {
    createSecureContext(options);
    return undefined;
  } catch (error) {
    const { reason, code } = error as { readonly reason?: unknown; readonly code?: unknown };
    return String(reason ?? code ?? "they cannot be read");
  }
}
