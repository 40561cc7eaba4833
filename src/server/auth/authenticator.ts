import type { IncomingHttpHeaders } from "node:http";
import type { Access, AuthMethod } from "../../contracts/access.js";
import { asOrchestratorError, failure, type OrchestratorError } from "../../problems/orchestrator-error.js";
import type { ApiKeys } from "./api-keys.js";
import { checkAllowed, type Identity } from "./identity.js";
import type { TokenVerifier } from "./token-verifier.js";

/** The header of API keys, in lower case. */
export const apiKeyHeader = "x-api-key";

const ways: Readonly<Record<AuthMethod, string>> = {
  api_key: "an API key as `X-Api-Key`",
  jwt: "a token as `Authorization: Bearer`",
};

export type SettleIdentity = (error: OrchestratorError | undefined, identity: Identity | undefined) => void;

/** Finds out who sends a request, and whether they may. */
export class Authenticator {
  private readonly keys: ApiKeys | undefined;
  private readonly tokens: TokenVerifier | undefined;

  constructor(keys: ApiKeys | undefined, tokens: TokenVerifier | undefined) {
    this.keys = keys;
    this.tokens = tokens;
  }

  /**
   * Tells once, at once for keys and for tokens that are known. The first method counts for which something was sent:
   * what is wrong with it is not made good by another.
   */
  admit(headers: IncomingHttpHeaders, access: Access, settle: SettleIdentity): void {
    const allow = (identity: Identity) => {
      try {
        checkAllowed(identity, access);
      } catch (error) {
        return settle(asOrchestratorError(error), undefined);
      }
      settle(undefined, identity);
    };
    for (const method of access.methods) {
      const credential = method === "jwt" ? bearerOf(headers.authorization) : keyOf(headers[apiKeyHeader]);
      if (credential === undefined) continue;
      if (method === "jwt") return this.admitToken(credential, allow, settle);
      const identity = this.keys?.identify(credential);
      return identity === undefined ? settle(unknownKey(), undefined) : allow(identity);
    }
    settle(failure("CREDENTIALS_MISSING", { ways: access.methods.map((each) => ways[each]) }), undefined);
  }

  private admitToken(token: string, allow: (identity: Identity) => void, settle: SettleIdentity): void {
    const tokens = this.tokens!;
    const known = tokens.recall(token);
    if (known !== undefined) return allow(known);
    tokens.verify(token).then(allow, (error: unknown) => settle(asOrchestratorError(error), undefined));
  }
}

function unknownKey(): OrchestratorError {
  return failure("CREDENTIALS_REFUSED", { what: "The API key", reason: "it is not known" });
}

function bearerOf(authorization: string | undefined): string | undefined {
  return /^bearer +(\S+) *$/i.exec(authorization ?? "")?.[1];
}

/** An empty header is as good as none. */
function keyOf(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === "string" && header !== "" ? header : undefined;
}
