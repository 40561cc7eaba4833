import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { hashOf, jwtKeys, startShop } from "./guarded-shop.js";
import { signingKey, startIssuer, tokenOf } from "./issuer.js";

const apiKeys = "  api_keys: { file: data/api-keys.yaml }\n";
const keyFile = (keys: Readonly<Record<string, string>>) =>
  `keys:\n${Object.entries(keys)
    .map(([key, rest]) => `  - { sha256: ${hashOf(key)}, ${rest} }\n`)
    .join("")}`;
const files = {
  "data/api-keys.yaml": keyFile({
    oak_reader: "name: reader, scopes: [orders:read]",
    oak_analyst: "name: analyst, roles: [analyst], scopes: [orders:read, orders:write]",
  }),
};
const key = (value: string) => ({ "x-api-key": value });

describe("API keys", () => {
  const endpoints = `  me: { auth: api_key, response_mapping: $auth }
  open: { response_mapping: { ok: true } }
  analysts: { auth: api_key, roles: [boss, analyst], response_mapping: $auth.subject }
  writers: { auth: api_key, scopes: [orders:read, orders:write], response_mapping: 1 }
`;

  test("say who calls", async () => {
    const { get } = await startShop(apiKeys, endpoints, files);
    expect(await get("/orchestrator/shop/me", key("oak_reader"))).toMatchObject({
      status: 200,
      body: { subject: "reader", key_id: "reader", roles: [], scopes: ["orders:read"], claims: null },
    });
    expect((await get("/orchestrator/shop/open")).status).toBe(200);
  });

  test("that are not known are refused, none is asked for", async () => {
    const { get } = await startShop(apiKeys, endpoints, files);
    const strange = ["oak_nobody", hashOf("oak_reader"), "oak_reader ,oak_reader", "OAK_READER"];
    for (const value of strange) {
      const reply = await get("/orchestrator/shop/me", key(value));
      expect(reply).toMatchObject({ status: 401, body: { code: "CREDENTIALS_REFUSED" } });
      expect(reply.headers.get("www-authenticate")).toBe('ApiKey realm="Orchestrator API"');
    }
    for (const headers of [{}, { authorization: "Bearer oak_reader" }, key("")]) {
      expect(await get("/orchestrator/shop/me", headers as Record<string, string>)).toMatchObject({
        status: 401,
        body: { code: "CREDENTIALS_MISSING", detail: "This needs credentials: an API key as `X-Api-Key`." },
      });
    }
  });

  test("give roles, of which one is enough, and scopes, of which all are needed", async () => {
    const { get } = await startShop(apiKeys, endpoints, files);
    expect((await get("/orchestrator/shop/analysts", key("oak_analyst"))).status).toBe(200);
    expect((await get("/orchestrator/shop/writers", key("oak_analyst"))).status).toBe(200);
    for (const path of ["analysts", "writers"]) {
      const reply = await get(`/orchestrator/shop/${path}`, key("oak_reader"));
      expect(reply).toMatchObject({
        status: 403,
        body: { code: "ACCESS_DENIED", detail: "You may not call this." },
      });
    }
  });

  test("are asked for before the body is read, but after its size", async () => {
    const body =
      "  put: { method: POST, auth: api_key, request: { body: { type: object } }, response_mapping: 1 }\n";
    const { url } = await startShop(apiKeys, body, files);
    const send = (length: number, headers: Readonly<Record<string, string>> = {}) =>
      fetch(`${url}/orchestrator/shop/put`, { method: "POST", body: "x".repeat(length), headers });
    expect((await send(10)).status).toBe(401);
    expect((await send(2_000_000)).status).toBe(413);
    expect((await send(10, key("oak_reader"))).status).toBe(415);
  });

  test("that are new, or revoked, count after a reload; a broken file leaves those before", async () => {
    const { get, app, folder } = await startShop(apiKeys, endpoints, files);
    const write = (text: string) => writeFileSync(join(folder, "data/api-keys.yaml"), text);
    const ask = async (value: string) => (await get("/orchestrator/shop/me", key(value))).status;
    expect([await ask("oak_reader"), await ask("oak_new")]).toEqual([200, 401]);
    write(keyFile({ oak_new: "name: new" }));
    expect((await app.reload()).status).toBe("reloaded");
    expect([await ask("oak_reader"), await ask("oak_new")]).toEqual([401, 200]);
    write("keys: [{ name: new, sha256: short }]\n");
    expect((await app.reload()).status).toBe("refused");
    expect([await ask("oak_reader"), await ask("oak_new")]).toEqual([401, 200]);
  });

  test("without a file let nobody in", async () => {
    const { get } = await startShop(apiKeys, endpoints);
    expect((await get("/orchestrator/shop/me", key("oak_reader"))).status).toBe(401);
  });
});

describe("`auth.default`", () => {
  const endpoints = `  closed: { response_mapping: 1 }
  open: { auth: none, response_mapping: 1 }
`;

  test("holds for endpoints without `auth`, the listings and the description, not for explorers and health", async () => {
    const { get, url } = await startShop(`  default: api_key\n${apiKeys}`, endpoints, files);
    const guarded = [
      "/orchestrator/shop/closed",
      "/orchestrator/domains",
      "/orchestrator/domains/shop",
      "/openapi.json",
    ];
    for (const path of guarded) {
      expect((await get(path)).status, path).toBe(401);
      expect((await get(path, {}, "HEAD")).status, path).toBe(401);
      expect((await get(path, key("oak_reader"))).status, path).toBe(200);
    }
    expect((await get("/orchestrator/shop/open")).status).toBe(200);
    for (const path of ["/docs", "/redoc", "/health", "/livez", "/readyz"]) {
      expect((await fetch(`${url}${path}`)).status, path).toBe(200);
    }
  });

  test("without it, the listings are open", async () => {
    const { get } = await startShop(apiKeys, endpoints, files);
    expect((await get("/orchestrator/domains")).status).toBe(200);
  });
});

test("with both methods either is enough, and a wrong one is not made good by the other", async () => {
  const signing = await signingKey("one");
  const issuer = await startIssuer(signing);
  const auth = `${apiKeys}${jwtKeys(`jwks_url: ${issuer.url}`)}`;
  const { get } = await startShop(
    auth,
    "  me: { auth: [api_key, jwt], response_mapping: $auth.subject }\n",
    files,
  );
  const bearer = { authorization: `bearer ${await tokenOf(signing)}` };
  const path = "/orchestrator/shop/me";
  expect((await get(path, key("oak_reader"))).body).toBe("reader");
  expect((await get(path, bearer)).body).toBe("ada");
  expect((await get(path, { ...bearer, ...key("oak_reader") })).body).toBe("reader");
  expect((await get(path, { ...bearer, ...key("oak_wrong") })).status).toBe(401);
  const missing = await get(path);
  expect(missing.headers.get("www-authenticate")).toBe(
    'ApiKey realm="Orchestrator API", Bearer realm="Orchestrator API"',
  );
});

test("scopes that are missing are named, and roles are not", async () => {
  const signing = await signingKey("one");
  const issuer = await startIssuer(signing);
  const endpoint = "  it: { auth: jwt, roles: [boss], scopes: [a, b], response_mapping: 1 }\n";
  const { get } = await startShop(jwtKeys(`jwks_url: ${issuer.url}`), endpoint);
  const token = await tokenOf(signing, { scope: "a" });
  const reply = await get("/orchestrator/shop/it", { authorization: `Bearer ${token}` });
  expect(reply.status).toBe(403);
  expect(reply.headers.get("www-authenticate")).toBe(
    'Bearer realm="Orchestrator API", error="insufficient_scope", scope="a b"',
  );
  expect(JSON.stringify(reply.body)).not.toContain("boss");
});

test("the OpenAPI document says what each operation asks for", async () => {
  const endpoints = `  open: { response_mapping: 1 }
  it: { auth: [api_key, jwt], scopes: [read], response_mapping: 1 }
`;
  const jwt = jwtKeys("jwks_url: https://login.example/jwks");
  const { get } = await startShop(`${apiKeys}${jwt}`, endpoints, files);
  const { body } = await get("/openapi.json");
  expect(body).toMatchObject({
    components: {
      securitySchemes: {
        api_key: { type: "apiKey", in: "header", name: "X-Api-Key" },
        jwt: { type: "http", scheme: "bearer", bearerFormat: "JWT" },
      },
    },
    paths: {
      "/orchestrator/shop/it": {
        get: {
          security: [{ api_key: ["read"] }, { jwt: ["read"] }],
          responses: { "401": {}, "403": {} },
        },
      },
    },
  });
  const open = (body["paths"] as Record<string, Record<string, object>>)["/orchestrator/shop/open"]!["get"];
  expect(open).not.toHaveProperty("security");
});
