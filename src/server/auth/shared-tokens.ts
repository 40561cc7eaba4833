import { createHash } from "node:crypto";
import type { JwtConfig } from "../../config/model.js";
import { openTokenVerifier, type TokenVerifier } from "./token-verifier.js";

/** The verifier of tokens, which goes from one generation to the next while `auth.jwt` stays the same. */
export class SharedTokens {
  private latest: { readonly fingerprint: string; readonly verifier: TokenVerifier } | undefined;

  async for(config: JwtConfig | undefined): Promise<TokenVerifier | undefined> {
    if (config === undefined) return (this.latest = undefined);
    const fingerprint = fingerprintOf(config);
    if (this.latest?.fingerprint !== fingerprint) {
      this.latest = { fingerprint, verifier: await openTokenVerifier(config) };
    }
    return this.latest.verifier;
  }
}

function fingerprintOf(config: JwtConfig): string {
  const { keys } = config;
  const secret = keys.kind === "secret" ? keys.secret.reveal() : undefined;
  return createHash("sha256")
    .update(JSON.stringify([config, secret]))
    .digest("base64");
}
