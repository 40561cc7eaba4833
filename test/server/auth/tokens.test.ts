import { exportSPKI, SignJWT } from "jose";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { jwtKeys, startShop, type Shop } from "./guarded-shop.js";
import { signingKey, startIssuer, tokenOf, type Issuer, type SigningKey } from "./issuer.js";

const me =
  "  me: { auth: jwt, response_mapping: { who: $auth.subject, roles: $auth.roles, scopes: $auth.scopes } }\n";
const path = "/orchestrator/shop/me";
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const inSeconds = (seconds: number) => Math.floor(Date.now() / 1_000) + seconds;

interface Guarded extends Shop {
  readonly issuer: Issuer;
}

async function guarded(keys: readonly SigningKey[], more = "", endpoints = me): Promise<Guarded> {
  const issuer = await startIssuer(...keys);
  return { issuer, ...(await startShop(jwtKeys(`jwks_url: ${issuer.url}`, more), endpoints)) };
}

function expectRefused(reply: Awaited<ReturnType<Shop["get"]>>, reason: string): void {
  const detail = `The token is refused: ${reason}.`;
  expect(reply).toMatchObject({ status: 401, body: { code: "CREDENTIALS_REFUSED", detail } });
  expect(reply.headers.get("www-authenticate")).toBe(
    `Bearer realm="Orchestrator API", error="invalid_token", error_description="${detail.replaceAll('"', "'")}"`,
  );
  expect(reply.headers.get("content-type")).toContain("application/problem+json");
}

describe("a token of the issuer", () => {
  test("is let in, and `$auth` says what it says", async () => {
    const key = await signingKey("one");
    const { get } = await guarded([key]);
    const token = await tokenOf(key, { roles: ["analyst", "admin"], scope: "orders:read orders:write" });
    const reply = await get(path, bearer(token));
    expect(reply).toMatchObject({
      status: 200,
      body: { who: "ada", roles: ["analyst", "admin"], scopes: ["orders:read", "orders:write"] },
    });
    expect(reply.headers.get("cache-control")).toBe("no-store");
  });

  test("may be one of RSA, and of several audiences", async () => {
    const key = await signingKey("rsa", "RS256");
    const { get } = await guarded([key]);
    expect((await get(path, bearer(await tokenOf(key, { aud: ["other", "shop"] })))).status).toBe(200);
  });

  test("may carry its roles inside a claim, or in one whose name has dots", async () => {
    const key = await signingKey("one");
    const deep = await guarded(
      [key],
      "roles_claim: realm_access.roles\nscopes_claim: https://shop.example/scopes\n",
    );
    const token = await tokenOf(key, {
      realm_access: { roles: ["analyst"] },
      "https://shop.example/scopes": ["read", 7],
    });
    expect((await deep.get(path, bearer(token))).body).toEqual({
      who: "ada",
      roles: ["analyst"],
      scopes: ["read"],
    });
  });
});

describe("a token is refused", () => {
  test.each([
    ["expired", { exp: inSeconds(-60) }, "it has expired"],
    ["not valid yet", { nbf: inSeconds(60) }, "it is not valid yet"],
    ["of another issuer", { iss: "https://evil.example/" }, "it is of another issuer"],
    ["without an issuer", { iss: undefined }, 'it has no claim "iss"'],
    ["for another audience", { aud: "bank" }, "it is meant for another audience"],
    ["without an audience", { aud: undefined }, 'it has no claim "aud"'],
    ["without an end", { exp: undefined }, 'it has no claim "exp"'],
  ])("that is %s", async (_when, change, reason) => {
    const key = await signingKey("one");
    const { get } = await guarded([key]);
    expectRefused(await get(path, bearer(await tokenOf(key, change))), reason);
  });

  test("that expired within the tolerance of clocks is let in, one beyond is not", async () => {
    const key = await signingKey("one");
    const { get } = await guarded([key], "clock_tolerance: 1m\n");
    expect((await get(path, bearer(await tokenOf(key, { exp: inSeconds(-30) })))).status).toBe(200);
    expectRefused(await get(path, bearer(await tokenOf(key, { exp: inSeconds(-90) }))), "it has expired");
  });

  test("with `alg: none`, whatever stands in place of the signature", async () => {
    const key = await signingKey("one");
    const { get } = await guarded([key]);
    const [, payload] = (await tokenOf(key)).split(".");
    for (const alg of ["none", "None", "NONE"]) {
      const header = Buffer.from(JSON.stringify({ alg, kid: "one" })).toString("base64url");
      expectRefused(await get(path, bearer(`${header}.${payload}.`)), "its algorithm is not accepted");
      expectRefused(await get(path, bearer(`${header}.${payload}.AAAA`)), "its algorithm is not accepted");
    }
  });

  test("with HS256 and the public key of RSA as its secret", async () => {
    const key = await signingKey("rsa", "RS256");
    const { get } = await guarded([key]);
    const secret = new TextEncoder().encode(await exportSPKI(key.publicKey));
    const claims = { iss: "https://login.example/", aud: "shop", sub: "root", exp: inSeconds(60) };
    const token = await new SignJWT(claims).setProtectedHeader({ alg: "HS256", kid: "rsa" }).sign(secret);
    expectRefused(await get(path, bearer(token)), "its algorithm is not accepted");
  });

  test("with an algorithm that is not listed, though the key would fit", async () => {
    const key = await signingKey("rsa", "RS512");
    const { get } = await guarded([key]);
    expectRefused(await get(path, bearer(await tokenOf(key))), "its algorithm is not accepted");
  });

  test("of a key that the issuer does not have, and the issuer is asked once for all of them", async () => {
    const key = await signingKey("one");
    const stranger = await signingKey("two");
    const { get, issuer } = await guarded([key]);
    for (let count = 0; count < 5; count++) {
      expectRefused(
        await get(path, bearer(await tokenOf(stranger))),
        "it is signed with a key that is not known",
      );
    }
    expect(issuer.asked()).toBe(1);
  });

  test("of a stranger who names a key of the issuer", async () => {
    const key = await signingKey("one");
    const stranger = await signingKey("one");
    const { get } = await guarded([key]);
    expectRefused(await get(path, bearer(await tokenOf(stranger))), "its signature does not fit");
  });

  test("that was changed after it was found good", async () => {
    const key = await signingKey("one");
    const { get } = await guarded([key]);
    const token = await tokenOf(key);
    expect((await get(path, bearer(token))).status).toBe(200);
    const [header, , signature] = token.split(".");
    const claims = { iss: "https://login.example/", aud: "shop", sub: "root", exp: inSeconds(60) };
    const payload = Buffer.from(JSON.stringify(claims)).toString("base64url");
    expectRefused(await get(path, bearer(`${header}.${payload}.${signature}`)), "its signature does not fit");
  });

  test("that is too long, or none at all", async () => {
    const key = await signingKey("one");
    const { get, issuer } = await guarded([key]);
    const long = await tokenOf(key, { padding: "x".repeat(8_000) });
    expectRefused(await get(path, bearer(long)), "it is too long");
    for (const token of ["x", "a.b.c", "..", "e30.e30.e30"]) {
      expectRefused(await get(path, bearer(token)), "it is no token that can be read");
    }
    expect(issuer.asked()).toBe(0);
  });
});

test("a token that names no key is verified by the only one that fits, and refused where several do", async () => {
  const [key, second] = [await signingKey("one"), await signingKey("two")];
  const only = await guarded([key]);
  expect((await only.get(path, bearer(await tokenOf(key, {}, { kid: undefined })))).status).toBe(200);
  const several = await guarded([key, second]);
  const reply = await several.get(path, bearer(await tokenOf(key, {}, { kid: undefined })));
  expectRefused(reply, "it does not say which key signed it");
});

test("nothing that is a token is 401 with the way to show one", async () => {
  const { get } = await guarded([await signingKey("one")]);
  for (const headers of [
    {},
    { authorization: "Basic YTpi" },
    { authorization: "Bearer" },
    { "x-api-key": "x" },
  ]) {
    const reply = await get(path, headers as Record<string, string>);
    expect(reply).toMatchObject({ status: 401, body: { code: "CREDENTIALS_MISSING" } });
    expect(reply.headers.get("www-authenticate")).toBe('Bearer realm="Orchestrator API"');
    expect(reply.headers.get("x-execution-id")).toBeTruthy();
  }
});

describe("keys that change", () => {
  test("a new one is found after the cooldown, one that is gone is refused when the kept ones are too old", async () => {
    const [first, second] = [await signingKey("one"), await signingKey("two")];
    const { get, issuer } = await guarded([first], "jwks_cooldown: 200ms\njwks_cache: 400ms\n");
    const old = await tokenOf(first);
    expect((await get(path, bearer(old))).status).toBe(200);
    issuer.publish([second.jwk]);
    const token = await tokenOf(second);
    expect((await get(path, bearer(token))).status).toBe(401);
    await vi.waitFor(async () => expect((await get(path, bearer(token))).status).toBe(200), 5_000);
    await vi.waitFor(async () => expect((await get(path, bearer(old))).status).toBe(401), 5_000);
    expectRefused(await get(path, bearer(old)), "it is signed with a key that is not known");
  });

  test("while the issuer is away, the keys known last hold; unknown ones are 503", async () => {
    const [key, stranger] = [await signingKey("one"), await signingKey("two")];
    const { get, issuer } = await guarded([key], "jwks_cooldown: 1ms\njwks_cache: 1ms\n");
    expect((await get(path, bearer(await tokenOf(key)))).status).toBe(200);
    issuer.fail(500);
    expect((await get(path, bearer(await tokenOf(key, { sub: "bob" })))).body["who"]).toBe("bob");
    const reply = await get(path, bearer(await tokenOf(stranger)));
    expect(reply).toMatchObject({ status: 503, body: { code: "AUTH_UNAVAILABLE" } });
    expect(reply.headers.get("retry-after")).toBe("5");
    expect(reply.headers.get("www-authenticate")).toBeNull();
  });

  test("an issuer that was never there is 503, and is not asked again at once", async () => {
    const key = await signingKey("one");
    const { get, issuer } = await guarded([key]);
    issuer.fail(404);
    for (let count = 0; count < 3; count++) {
      expect((await get(path, bearer(await tokenOf(key)))).body["code"]).toBe("AUTH_UNAVAILABLE");
    }
    expect(issuer.asked()).toBe(1);
  });
});

test("a token that was found good is not verified again, and not after its end", async () => {
  const key = await signingKey("one");
  const { get, issuer } = await guarded([key], "clock_tolerance: 0ms\n");
  const token = await tokenOf(key, { exp: inSeconds(2) });
  expect((await get(path, bearer(token))).status).toBe(200);
  issuer.fail(500);
  expect((await get(path, bearer(token))).status).toBe(200);
  await vi.waitFor(async () => expect((await get(path, bearer(token))).status).toBe(401), {
    timeout: 5_000,
    interval: 100,
  });
  expectRefused(await get(path, bearer(token)), "it has expired");
});

test("keys can come from a file, and from a secret", async () => {
  const key = await signingKey("one");
  const files = { "keys/jwks.json": JSON.stringify({ keys: [key.jwk] }) };
  const fromFile = await startShop(jwtKeys("jwks_file: keys/jwks.json"), me, files);
  expect((await fromFile.get(path, bearer(await tokenOf(key)))).status).toBe(200);

  process.env["TOKEN_SECRET"] = "a secret of thirty-two bytes, or more";
  onTestFinished(() => void Reflect.deleteProperty(process.env, "TOKEN_SECRET"));
  const fromSecret = await startShop(jwtKeys('secret: "${TOKEN_SECRET}"'), me);
  const secret = new TextEncoder().encode(process.env["TOKEN_SECRET"]);
  const claims = { iss: "https://login.example/", aud: "shop", sub: "ada", exp: inSeconds(60) };
  const sign = (alg: string, by = secret) => new SignJWT(claims).setProtectedHeader({ alg }).sign(by);
  expect((await fromSecret.get(path, bearer(await sign("HS256")))).status).toBe(200);
  expectRefused(await fromSecret.get(path, bearer(await sign("HS512"))), "its algorithm is not accepted");
  const other = new TextEncoder().encode("another secret of thirty-two bytes!");
  expectRefused(await fromSecret.get(path, bearer(await sign("HS256", other))), "its signature does not fit");
});
