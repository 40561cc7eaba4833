import type { ConnectionOptions } from "node:tls";

export type TlsModeName = "disable" | "prefer" | "require" | "verify-ca" | "verify-full";

/** Whether the connection to a database is encrypted, and what is asked of its certificate. */
export interface TlsMode {
  readonly mode: TlsModeName;
  readonly options: () => ConnectionOptions;
}

export interface TlsFiles {
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
}

/** `prefer` and `require` take any certificate, `verify-ca` one that a trusted authority signed, `verify-full` only that of the host. */
export function tlsMode(mode: TlsModeName, { ca, cert, key }: TlsFiles): TlsMode {
  const verifies = mode === "verify-ca" || mode === "verify-full";
  return {
    mode,
    options: () => ({
      rejectUnauthorized: verifies,
      ...(mode === "verify-ca" ? { checkServerIdentity: () => undefined } : {}),
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
    }),
  };
}
