import { afterEach, describe, expect, test } from "vitest";
import { contentSecurityPolicy } from "../../../src/server/docs/docs-pages.js";
import { fakeService } from "../fake-service.js";
import { startFake, type Started } from "../start-fake.js";

let started: Started | undefined;
afterEach(() => started?.stop());

const endpoints = [
  {
    id: "customers.get_one",
    path: "/customers/{customer_id}",
    more: { isDeprecated: true, description: "One." },
  },
  { id: "customers.internal_one" },
  { id: "orders.create", method: "POST" as const, path: "/orders" },
];

async function serve(config: Parameters<typeof fakeService>[1] = {}) {
  const service = fakeService(endpoints, config);
  started = await startFake(service);
  return service;
}
const ask = (path: string) => fetch(started!.url + path);

describe("health", () => {
  test.each([
    ["/health", "up"],
    ["/livez", "alive"],
    ["/readyz", "ready"],
  ])("%s answers %s", async (path, word) => {
    await serve();
    const reply = await ask(path);
    expect(reply.status).toBe(200);
    expect(await reply.json()).toEqual({ status: word });
    expect(reply.headers.get("cache-control")).toBe("no-store");
  });

  test("a required source that cannot be reached makes it not ready, without saying which", async () => {
    const service = await serve();
    service.unreachableSources = async () => ["database.default"];
    const reply = await ask("/readyz");
    expect(reply.status).toBe(503);
    expect(await reply.text()).toBe('{"status":"not_ready"}');
    expect((await ask("/livez")).status).toBe(200);
  });
});

describe("listings", () => {
  test("show every domain with its routes", async () => {
    await serve();
    const reply = (await (await ask("/orchestrator/domains")).json()) as { domains: { id: string }[] };
    expect(reply.domains.map(({ id }) => id)).toEqual(["customers", "orders"]);
  });

  test("show one, without internal endpoints", async () => {
    await serve();
    expect(await (await ask("/orchestrator/domains/customers")).json()).toEqual({
      id: "customers",
      description: null,
      endpoints: [
        {
          name: "get_one",
          method: "GET",
          path: "/orchestrator/customers/{customer_id}",
          description: "One.",
          deprecated: true,
        },
      ],
    });
    expect((await ask("/orchestrator/domains/nothing")).status).toBe(404);
  });

  test("stand below whatever the prefix is", async () => {
    await serve({ api: { prefix: "/" } });
    expect((await ask("/domains")).status).toBe(200);
    expect((await ask("/customers/7")).status).toBe(200);
  });
});

describe("explorers", () => {
  const assetsOf = (html: string) =>
    [...html.matchAll(/(?:src|href|spec-url|data-openapi)="([^"]*)"/g)].map((m) => m[1]!);

  test.each(["/docs", "/redoc"])("%s needs nothing from elsewhere", async (path) => {
    await serve();
    const reply = await ask(path);
    expect(reply.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(reply.headers.get("content-security-policy")).toBe(contentSecurityPolicy);
    const html = await reply.text();
    expect(html).not.toMatch(/https?:|\/\/[a-z]/i);
    const addresses = assetsOf(html).filter((address) => address !== "data:,");
    expect(addresses).toContain("/openapi.json");
    for (const address of addresses) {
      const asset = await ask(address);
      expect(asset.status).toBe(200);
      expect((await asset.arrayBuffer()).byteLength).toBeGreaterThan(50);
      if (address !== "/openapi.json") expect(asset.headers.get("cache-control")).toContain("immutable");
    }
  });

  test("the policy names no other origin, and the vendored files fetch no logo and no source map", async () => {
    await serve();
    expect(contentSecurityPolicy).not.toMatch(/https?:|\*/);
    for (const path of [
      "/redoc/2.5.4/redoc.standalone.js",
      "/docs/5.35.0/swagger-ui-bundle.js",
      "/docs/5.35.0/swagger-ui.css",
    ]) {
      const text = await (await ask(path)).text();
      expect(
        /cdn\.redoc|sourceMappingURL=(?!data:)|url\(["']?https?:|@import/.exec(text)?.[0],
      ).toBeUndefined();
    }
    expect(await (await ask("/docs/5.35.0/start.js")).text()).toContain("validatorUrl: null");
  });

  test("a title is text, whatever is in it", async () => {
    await serve({ app: { name: "<script>alert(1)</script>" } });
    expect(await (await ask("/docs")).text()).not.toContain("<script>alert");
  });

  test("are off one by one, and without a description both", async () => {
    await serve({ api: { docsUrl: false } });
    expect((await ask("/docs")).status).toBe(404);
    expect((await ask("/redoc")).status).toBe(200);
    await started!.stop();
    await serve({ api: { openapiUrl: false } });
    for (const path of ["/docs", "/redoc", "/openapi.json"]) expect((await ask(path)).status).toBe(404);
  });

  test("stand where they are put", async () => {
    await serve({ api: { docsUrl: "/", openapiUrl: "/api/description.json" } });
    const html = await (await ask("/")).text();
    expect(assetsOf(html)).toContain("/5.35.0/swagger-ui.css");
    expect(html).toContain("/api/description.json");
    expect((await ask("/5.35.0/start.js")).status).toBe(200);
  });
});
