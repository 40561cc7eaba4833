import type { FlattenedJWSInput, JWTHeaderParameters, JWTVerifyGetKey } from "jose";
import type * as Jose from "jose";
import type { JwtConfig } from "../../config/model.js";
import { failure } from "../../problems/orchestrator-error.js";

/** For one answer of the issuer. */
const fetchTimeoutMs = 5_000;
/** How long a failed look is not repeated, so that requests do not wait for an issuer that is away. */
const pauseMs = 5_000;
/** How long the keys that were known last hold while the issuer is away. */
const longestAwayMs = 3_600_000;

/** The public keys that an issuer publishes: fetched when first needed, kept, and looked for again for a new key. */
export class IssuerKeys {
  private readonly jose: typeof Jose;
  private readonly remote: ReturnType<typeof Jose.createRemoteJWKSet>;
  private goodAtMs = 0;
  private nextLookMs = 0;

  constructor(jose: typeof Jose, url: string, { cacheMs, cooldownMs }: JwtConfig) {
    this.jose = jose;
    this.remote = jose.createRemoteJWKSet(new URL(url), {
      timeoutDuration: fetchTimeoutMs,
      cacheMaxAge: cacheMs,
      cooldownDuration: cooldownMs,
    });
  }

  /** Rejects with AUTH_UNAVAILABLE where the keys cannot be had, and with what jose says of the token. */
  readonly keyFor: JWTVerifyGetKey = async (header, token) => {
    if (Date.now() < this.nextLookMs) return this.knownKey(header, token, undefined);
    try {
      const key = await this.remote(header, token);
      this.goodAtMs = Date.now();
      return key;
    } catch (error) {
      if (this.isAboutToken(error)) {
        this.goodAtMs = Date.now();
        throw error;
      }
      this.nextLookMs = Date.now() + pauseMs;
      return this.knownKey(header, token, error);
    }
  };

  private async knownKey(header: JWTHeaderParameters, token: FlattenedJWSInput, cause: unknown) {
    const set = this.remote.jwks();
    const isRecent = Date.now() - this.goodAtMs < longestAwayMs;
    try {
      if (set !== undefined && isRecent) return await this.jose.createLocalJWKSet(set)(header, token);
    } catch (error) {
      // A key that is not known may be a new one.
      if (!(error instanceof this.jose.errors.JWKSNoMatchingKey)) throw error;
    }
    throw failure("AUTH_UNAVAILABLE", {}, { cause, retryAfterMs: pauseMs });
  }

  private isAboutToken(error: unknown): boolean {
    const { JWKSNoMatchingKey, JWKSMultipleMatchingKeys, JOSENotSupported } = this.jose.errors;
    return [JWKSNoMatchingKey, JWKSMultipleMatchingKeys, JOSENotSupported].some(
      (kind) => error instanceof kind,
    );
  }
}
