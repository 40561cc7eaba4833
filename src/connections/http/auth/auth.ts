import type { Secret } from "../../../schema/secret.js";
import type { BaseUrl } from "../base-url.js";
import type { ClientCertificate } from "./client-certificate.js";

/** What a source is shown of who calls. It goes to the source's origin and nowhere else. */
export type Auth =
  | { readonly kind: "none" }
  | { readonly kind: "header"; readonly name: string; readonly value: Secret }
  | { readonly kind: "query"; readonly name: string; readonly value: Secret }
  | ClientCredentials
  | { readonly kind: "mtls"; readonly certificate: ClientCertificate }
  | AwsCredentials;

/** OAuth 2.0 client credentials (RFC 6749, section 4.4). */
export interface ClientCredentials {
  readonly kind: "oauth2";
  readonly tokenUrl: BaseUrl;
  readonly clientId: string;
  readonly clientSecret: Secret;
  readonly scopes: readonly string[];
  readonly audience: string | undefined;
  /** Whether id and secret go in the `Authorization` header or in the body. */
  readonly clientAuth: "basic" | "body";
}

export interface AwsCredentials {
  readonly kind: "aws_sigv4";
  readonly region: string;
  readonly service: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: Secret;
  readonly sessionToken: Secret | undefined;
}

/** The header that these credentials are sent in, in lower case; `undefined` where there is none. */
export function authHeaderOf(auth: Auth): string | undefined {
  if (auth.kind === "header") return auth.name.toLowerCase();
  return auth.kind === "oauth2" || auth.kind === "aws_sigv4" ? "authorization" : undefined;
}
