import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { hashOf, startShop } from "./guarded-shop.js";

/** An API that answers with what it is asked for, and with which key; and says what it was asked. */
async function startApi() {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url!);
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ path: request.url, key: request.headers["x-api-key"] ?? null }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

test("kept values are shared by requests of one caller, never by two, where the caller matters", async () => {
  const api = await startApi();
  const { get } = await startShop(
    "  api_keys: {}\n",
    `  mine:
    auth: api_key
    data_sources:
      - { name: it, type: api, source_id: orders, operation: of_owner, params: { owner: $auth.subject } }
  forwarded:
    auth: api_key
    data_sources:
      - { name: it, type: api, source_id: orders, operation: forwarding }
  same:
    auth: api_key
    data_sources:
      - { name: it, type: api, source_id: orders, operation: of_all }
`,
    {
      "data/api-keys.yaml": `keys:
  - { name: one, sha256: ${hashOf("oak_one")} }
  - { name: two, sha256: ${hashOf("oak_two")} }
`,
      "config/integrations/api_sources.yaml": `api:
  sources:
    orders:
      base_url: ${api.url}
      private_addresses: allow
      cache: { ttl: 1m }
      operations:
        of_owner: { path: "/owner/{owner}" }
        of_all: { path: /all }
        forwarding: { path: /forwarded, forward: { headers: [x-api-key] } }
`,
    },
  );
  const ask = async (path: string, name: string) =>
    (await get(`/orchestrator/shop/${path}`, { "x-api-key": `oak_${name}` })).body;
  for (let round = 0; round < 2; round++) {
    expect(await ask("mine", "one")).toMatchObject({ path: "/owner/one" });
    expect(await ask("mine", "two")).toMatchObject({ path: "/owner/two" });
    expect(await ask("forwarded", "one")).toMatchObject({ key: "oak_one" });
    expect(await ask("forwarded", "two")).toMatchObject({ key: "oak_two" });
    expect(await ask("same", "one")).toEqual({ path: "/all", key: null });
    expect(await ask("same", "two")).toEqual({ path: "/all", key: null });
  }
  expect(api.asked.sort()).toEqual(["/all", "/forwarded", "/forwarded", "/owner/one", "/owner/two"]);
});
