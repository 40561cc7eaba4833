import { afterEach, expect, test } from "vitest";
import { serve, type LocalServer } from "../../connections/http/local-server.js";
import { startProject } from "../../scenarios/project.js";

let upstream: LocalServer | undefined;
afterEach(() => upstream?.close());

test("through the whole service: listed headers and parameters pass, listed headers come back, nothing else does", async () => {
  const seen: unknown[] = [];
  upstream = await serve(({ url, headers }, response) => {
    seen.push([
      url,
      headers["x-tenant"],
      headers["authorization"],
      headers["x-request-timeout-ms"] !== undefined,
    ]);
    const cookies = ["a=1; Path=/", "b=2"];
    response
      .writeHead(200, { ETag: '"v1"', "X-Rate": "9", "X-Secret": "marked", "Set-Cookie": cookies })
      .end("{}");
  });
  const project = await startProject({
    "config/integrations/api_sources.yaml": `api:
  sources:
    shop:
      base_url: ${upstream.url}
      forward:
        headers: [x-tenant]
        query: [q]
        response_headers: [etag, x-rate, set-cookie]
        deadline: X-Request-Timeout-Ms
      operations: { look: { path: /look } }
`,
    "config/domains/shop.yaml": `endpoints:
  look:
    path: /shop
    data_sources: [{ name: look, type: api, operation: look }]
    response_mapping: {}
    response_headers: { X-Rate: "ours" }
`,
  });
  const reply = await project.send({
    target: "/orchestrator/shop?q=a%26b&r=1",
    headers: { "X-Tenant": "7", Authorization: "Bearer caller" },
  });
  expect(seen).toEqual([["/look?q=a%26b", "7", undefined, true]]);
  expect(reply.status).toBe(200);
  expect(reply.headers).toMatchObject({
    etag: '"v1"',
    "x-rate": "ours",
    "set-cookie": ["a=1; Path=/", "b=2"],
  });
  expect(reply.headers).not.toHaveProperty("x-secret");
});
