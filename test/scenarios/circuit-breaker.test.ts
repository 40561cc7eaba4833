import { expect, test } from "vitest";
import { expectProblem } from "./expect-problem.js";
import { startProject } from "./project.js";
import { jsonAnswer, watchedUpstream } from "./watched-upstream.js";

const failed = "HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\n\r\n";

test("a breaker opens, sheds at once with Retry-After, probes, and closes", async () => {
  let isBroken = true;
  const upstream = await watchedUpstream((socket) => {
    socket.write(isBroken ? failed : jsonAnswer({ ok: true }));
  });
  const project = await startProject({
    "config/integrations/api_sources.yaml": `api:
  sources:
    shaky:
      base_url: ${upstream.url}
      circuit_breaker: { error_rate: 50%, window: 1m, min_calls: 5, open_for: 400ms, probes: 2 }
      operations: { get: { path: /secret-path } }
`,
    "config/domains/test.yaml": `endpoints:
  it: { data_sources: [{ name: it, type: api, operation: get }] }
`,
  });
  const ask = () => project.send({ target: "/orchestrator/test/it" });
  for (let call = 0; call < 5; call++) expect((await ask()).status).toBe(502);

  const shed = await ask();
  expectProblem(shed, 503, "SOURCE_RESTING", ["shaky", "secret-path", String(upstream.port)]);
  expect(shed.headers["retry-after"]).toBe("1");
  expect(upstream.requests().length).toBe(5);

  isBroken = false;
  await expect.poll(async () => (await ask()).status, { timeout: 10_000 }).toBe(200);
  await expect.poll(async () => (await ask()).status, { timeout: 10_000 }).toBe(200);
  const before = upstream.requests().length;
  const all = await Promise.all(Array.from({ length: 20 }, ask));
  expect(all.map(({ status }) => status)).toEqual(Array(20).fill(200));
  expect(upstream.requests().length).toBe(before + 20);
});
