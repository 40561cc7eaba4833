import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK, type JWTPayload } from "jose";
import { onTestFinished } from "vitest";

export interface SigningKey {
  readonly kid: string;
  readonly alg: string;
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
  readonly jwk: JWK;
}

export async function signingKey(kid: string, alg = "ES256"): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { kid, alg, privateKey, publicKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: "sig" } };
}

export const audience = "shop";
export const issuerName = "https://login.example/";

export interface Issuer {
  readonly url: string;
  /** How often its keys were asked for. */
  readonly asked: () => number;
  /** What it publishes from now on. */
  publish(keys: readonly JWK[]): void;
  /** What it answers with from now on. */
  fail(status: number | undefined): void;
}

/** A server that publishes keys, until the test ends. */
export async function startIssuer(...keys: readonly SigningKey[]): Promise<Issuer> {
  let published: readonly JWK[] = keys.map(({ jwk }) => jwk);
  let asked = 0;
  let failing: number | undefined;
  const server = createServer((_request, response) => {
    asked++;
    response.writeHead(failing ?? 200, { "content-type": "application/json" });
    response.end(failing === undefined ? JSON.stringify({ keys: published }) : "{}");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`,
    asked: () => asked,
    publish: (next) => (published = next),
    fail: (status) => (failing = status),
  };
}

/** A token that is good; `change` makes it another one. A claim that is `undefined` is left out. */
export function tokenOf(
  { kid, alg, privateKey }: SigningKey,
  change: { readonly [Claim in keyof JWTPayload]?: JWTPayload[Claim] | undefined } = {},
  header: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const now = Math.floor(Date.now() / 1_000);
  const good = { iss: issuerName, aud: audience, sub: "ada", iat: now, exp: now + 60 };
  const claims = Object.fromEntries(
    Object.entries({ ...good, ...change }).filter(([, value]) => value !== undefined),
  );
  return new SignJWT(claims).setProtectedHeader({ alg, kid, ...header }).sign(privateKey);
}
