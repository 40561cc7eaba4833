import type { SettingReader } from "./setting-reader.js";

/** The modes of libpq. */
export const sslModes = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"] as const;

export type SslMode = (typeof sslModes)[number];

/** `allow` encrypts only where the server refuses all else, which is the same as not to ask for it. */
export function usesTls(mode: SslMode): boolean {
  return mode !== "disable" && mode !== "allow";
}

/** How a connection is encrypted, and with which files. */
export interface PostgresTls {
  readonly sslMode: SslMode;
  readonly sslKeyFile: string | undefined;
  readonly sslCertFile: string | undefined;
  readonly sslRootFile: string | undefined;
}

/** A file, and the setting that names it. */
interface Named {
  readonly name: string;
  readonly path: string | undefined;
}

/** Notes the files where they are needed; `system` in place of authorities names none. */
export function postgresTls(
  settings: SettingReader,
  sslMode: SslMode,
  { ca, cert, key }: Readonly<Record<"ca" | "cert" | "key", Named>>,
): PostgresTls {
  const sslRootFile = ca.path === "system" ? undefined : ca.path;
  if (usesTls(sslMode)) settings.certificates({ ca: { ...ca, path: sslRootFile }, cert, key });
  return { sslMode, sslKeyFile: key.path, sslCertFile: cert.path, sslRootFile };
}
