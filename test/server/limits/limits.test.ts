import { describe, expect, test } from "vitest";
import { requestHooks } from "../../../src/server/routes/request-hooks.js";
import type { Serving } from "../../../src/server/serving.js";
import { stoppedTime } from "../../host/stopped-time.js";
import { hashOf, startShop, type Shop } from "../auth/guarded-shop.js";

const keys = {
  "data/api-keys.yaml": `keys:
  - { name: one, sha256: ${hashOf("oak_one")} }
  - { name: two, sha256: ${hashOf("oak_two")} }
`,
};
const apiKeys = "  api_keys: {}\n";
const as = (name: string) => ({ "x-api-key": `oak_${name}` });
const shop = (endpoints: string, more = "") => startShop(`${apiKeys}${more}`, endpoints, keys);
const told = ({ headers }: Awaited<ReturnType<Shop["get"]>>) =>
  ["limit", "remaining", "reset"].map((name) => headers.get(`ratelimit-${name}`));

describe("a limit by address", () => {
  test("answers so many of a burst, and tells each how it stands", async () => {
    const { get } = await shop("  it: { rate_limit: { limit: 5, per: 1m }, response_mapping: 1 }\n");
    stoppedTime();
    const replies = await Promise.all(Array.from({ length: 20 }, () => get("/orchestrator/shop/it")));
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(5);
    const refused = replies.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(15);
    for (const reply of refused) {
      expect(reply.body).toMatchObject({ code: "RATE_LIMITED", detail: "Too many requests.", status: 429 });
      expect(reply.headers.get("retry-after")).toBe("60");
      expect(told(reply)).toEqual(["5", "0", "60"]);
    }
    const remaining = replies.filter(({ status }) => status === 200).map((reply) => told(reply)[1]);
    expect(remaining.sort()).toEqual(["0", "1", "2", "3", "4"]);
  });

  test("lets the next time begin", async () => {
    const { get } = await shop("  it: { rate_limit: { limit: 1, per: 1m }, response_mapping: 1 }\n");
    const time = stoppedTime();
    expect((await get("/orchestrator/shop/it")).status).toBe(200);
    expect((await get("/orchestrator/shop/it")).status).toBe(429);
    time.pass(60_000);
    expect((await get("/orchestrator/shop/it")).status).toBe(200);
  });

  test("comes before the question who calls, so that keys cannot be guessed without end", async () => {
    const { get } = await shop(
      "  it: { auth: api_key, rate_limit: { limit: 2, per: 1m }, response_mapping: 1 }\n",
    );
    const statuses = [];
    for (let count = 0; count < 4; count++)
      statuses.push((await get("/orchestrator/shop/it", as("wrong"))).status);
    expect(statuses).toEqual([401, 401, 429, 429]);
  });
});

describe("a limit by who calls", () => {
  test.each(["api_key", "subject"])("counts each %s by itself, and no refused one", async (by) => {
    const { get } = await shop(
      `  it: { auth: api_key, rate_limit: { limit: 2, per: 1m, by: ${by} }, response_mapping: 1 }\n`,
    );
    const ask = async (name: string) => (await get("/orchestrator/shop/it", as(name))).status;
    expect([await ask("wrong"), await ask("wrong"), await ask("wrong")]).toEqual([401, 401, 401]);
    expect([await ask("one"), await ask("one"), await ask("one"), await ask("two")]).toEqual([
      200, 200, 429, 200,
    ]);
  });

  test("counts before the request is validated", async () => {
    const request = "request: { query_params: { n: { type: integer, required: true } } }";
    const { get } = await shop(
      `  it: { auth: api_key, ${request}, rate_limit: { limit: 1, per: 1m, by: subject }, response_mapping: 1 }\n`,
    );
    expect((await get("/orchestrator/shop/it", as("one"))).status).toBe(400);
    expect((await get("/orchestrator/shop/it?n=1", as("one"))).status).toBe(429);
  });
});

test("a limit by an expression counts equal values together, and only requests that fit", async () => {
  const { get } = await shop(`  it:
    request: { headers: { x-tenant: { type: string } }, query_params: { n: { type: integer } } }
    rate_limit: { limit: 2, per: 1m, by: "$request.headers['x-tenant']" }
    response_mapping: 1
`);
  const ask = async (tenant: string, query = "") =>
    (await get(`/orchestrator/shop/it${query}`, tenant === "" ? {} : { "x-tenant": tenant })).status;
  expect([await ask("a", "?n=x"), await ask("a"), await ask("a"), await ask("a")]).toEqual([
    400, 200, 200, 429,
  ]);
  expect([await ask("b"), await ask(""), await ask(""), await ask("")]).toEqual([200, 200, 200, 429]);
});

test("two limits count in order: that of all by address, then the endpoint's by caller", async () => {
  const { get, app } = await startShop(
    `${apiKeys}rate_limit: { limit: 4, per: 1m }\n`,
    `  it: { auth: api_key, rate_limit: { limit: 2, per: 2m, by: api_key }, response_mapping: 1 }
  other: { response_mapping: 1 }
  free: { rate_limit: false, response_mapping: 1 }
`,
    keys,
  );
  stoppedTime();
  const first = await get("/orchestrator/shop/it", as("one"));
  expect(told(first)).toEqual(["2", "1", "120"]);
  await get("/orchestrator/shop/it", as("one"));
  const third = await get("/orchestrator/shop/it", as("one"));
  expect([third.status, ...told(third)]).toEqual([429, "2", "0", "120"]);
  expect(third.headers.get("retry-after")).toBe("120");
  const fourth = await get("/orchestrator/shop/it", as("two"));
  expect([fourth.status, ...told(fourth)]).toEqual([200, "4", "0", "60"]);
  expect((await get("/orchestrator/shop/it")).status).toBe(429);
  expect((await get("/orchestrator/shop/other")).status).toBe(429);
  expect((await get("/orchestrator/domains")).status).toBe(429);
  expect((await get("/openapi.json")).status).toBe(429);
  expect((await get("/orchestrator/shop/free")).status).toBe(200);
  expect((await get("/health")).status).toBe(200);
  expect((await app.inject("/orchestrator/shop/other")).statusCode).toBe(429);
});

test("an endpoint that asks for nothing has no hook", async () => {
  const nothing = { access: undefined, limits: [], limitsBody: true };
  expect(requestHooks(nothing, {} as Serving)).toEqual({});
  const { get, url } = await shop("  it: { response_mapping: 1 }\n");
  const reply = await get("/orchestrator/shop/it");
  expect(told(reply)).toEqual([null, null, null]);
  expect(reply.headers.get("cache-control")).toBeNull();
  expect(url).toContain("127.0.0.1");
});
