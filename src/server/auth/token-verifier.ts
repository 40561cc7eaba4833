import { createHash } from "node:crypto";
import type * as Jose from "jose";
import { LRUCache } from "lru-cache";
import type { JwtConfig } from "../../config/model.js";
import { failure, OrchestratorError } from "../../problems/orchestrator-error.js";
import { identityOf } from "./claims.js";
import type { Identity } from "./identity.js";
import { IssuerKeys } from "./issuer-keys.js";

/** Longer ones are refused unread. */
const longestToken = 8_192;
/** Tokens that were found good and are known again. */
const mostKnown = 10_000;

interface KnownToken {
  readonly identity: Identity;
  readonly untilMs: number;
}

/** Verifies tokens, and knows those again that it found good: until they expire, and no longer than keys are kept. */
export class TokenVerifier {
  private readonly jose: typeof Jose;
  private readonly config: JwtConfig;
  private readonly known = new LRUCache<string, KnownToken>({ max: mostKnown });
  private readonly verifyOne: (token: string) => Promise<Jose.JWTPayload>;

  constructor(jose: typeof Jose, config: JwtConfig) {
    this.jose = jose;
    this.config = config;
    this.verifyOne = verifierOf(jose, config);
  }

  /** Who a token speaks of that was verified before and holds still. */
  recall(token: string): Identity | undefined {
    const entry = this.known.get(hashOf(token));
    return entry !== undefined && Date.now() < entry.untilMs ? entry.identity : undefined;
  }

  /** Rejects with CREDENTIALS_REFUSED or AUTH_UNAVAILABLE. */
  async verify(token: string): Promise<Identity> {
    if (token.length > longestToken) throw refused("it is too long");
    try {
      const payload = await this.verifyOne(token);
      const identity = Object.freeze(identityOf(payload, this.config));
      const { cacheMs, clockToleranceMs } = this.config;
      const untilMs = Math.min(payload.exp! * 1_000 + clockToleranceMs, Date.now() + cacheMs);
      this.known.set(hashOf(token), { identity, untilMs });
      return identity;
    } catch (error) {
      throw error instanceof OrchestratorError ? error : refused(reasonOf(error, this.jose.errors), error);
    }
  }
}

/** Loads what verifies tokens, which a service without tokens does without. Rejects where the keys are of no use. */
export async function openTokenVerifier(config: JwtConfig): Promise<TokenVerifier> {
  return new TokenVerifier(await import("jose"), config);
}

function verifierOf(jose: typeof Jose, config: JwtConfig): (token: string) => Promise<Jose.JWTPayload> {
  const { keys } = config;
  const options: Jose.JWTVerifyOptions = {
    issuer: config.issuer,
    audience: [...config.audiences],
    algorithms: [...config.algorithms],
    clockTolerance: config.clockToleranceMs / 1_000,
    requiredClaims: ["exp"],
  };
  if (keys.kind === "secret") {
    const secret = new TextEncoder().encode(keys.secret.reveal());
    return async (token) => (await jose.jwtVerify(token, secret, options)).payload;
  }
  const keyFor =
    keys.kind === "url"
      ? new IssuerKeys(jose, keys.url, config).keyFor
      : jose.createLocalJWKSet(keys.set as unknown as Jose.JSONWebKeySet);
  return async (token) => (await jose.jwtVerify(token, keyFor, options)).payload;
}

function hashOf(token: string): string {
  return createHash("sha256").update(token).digest("base64");
}

function refused(reason: string, cause?: unknown): OrchestratorError {
  return failure("CREDENTIALS_REFUSED", { what: "The token", reason }, { cause });
}

const claimReasons: Readonly<Record<string, string>> = {
  nbf: "it is not valid yet",
  iss: "it is of another issuer",
  aud: "it is meant for another audience",
};

/** What a caller may know: it says nothing of keys, and repeats nothing of the configuration. */
function reasonOf(error: unknown, errors: typeof Jose.errors): string {
  if (error instanceof errors.JWTExpired) return "it has expired";
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.reason === "missing") return `it has no claim "${error.claim}"`;
    return claimReasons[error.claim] ?? `its claim "${error.claim}" cannot be used`;
  }
  if (error instanceof errors.JOSEAlgNotAllowed) return "its algorithm is not accepted";
  if (error instanceof errors.JWKSNoMatchingKey) return "it is signed with a key that is not known";
  if (error instanceof errors.JWKSMultipleMatchingKeys) return "it does not say which key signed it";
  if (error instanceof errors.JWSSignatureVerificationFailed) return "its signature does not fit";
  return "it is no token that can be read";
}
