import type { Secret } from "../../../schema/secret.js";

/** What a client shows of itself when it connects: PEM texts. */
export interface ClientCertificate {
  readonly certificate: string;
  readonly key: Secret;
  readonly passphrase: Secret | undefined;
}
