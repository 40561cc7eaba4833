/** The modes of libpq. */
export const sslModes = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"] as const;

export type SslMode = (typeof sslModes)[number];

/** `allow` encrypts only where the server refuses all else, which is the same as not to ask for it. */
export function usesTls(mode: SslMode): boolean {
  return mode !== "disable" && mode !== "allow";
}
