import { expect, test } from "vitest";
import { startProject } from "./project.js";
import { jsonAnswer, watchedUpstream } from "./watched-upstream.js";

test("10,000 requests over HTTP: a canary of 10 % gets a tenth, and each caller stays with one model", async () => {
  const project = await startProject({
    "config/database.yaml": `database:
  sources: { default: { connection_string: "sqlite:///data/it.db" } }
  operations:
    v1: { query: SELECT 'v1' AS model, returns: value }
    v2: { query: SELECT 'v2' AS model, returns: value }
`,
    "config/domains/test.yaml": `endpoints:
  it:
    request: { query_params: { id: { type: string } } }
    data_sources:
      - name: it
        type: database
        traffic:
          sticky_by: $request.id
          arms: [{ operation: v1, weight: 90 }, { operation: v2, weight: 10 }]
    response_mapping: [$it, $meta.it.arm]
`,
  });
  const first = new Map<number, string>();
  const ask = async (customer: number) => {
    const { status, body } = await project.send({ target: `/orchestrator/test/it?id=c${customer}` });
    expect(status).toBe(200);
    const [model, arm] = JSON.parse(body) as [string, string];
    expect(arm).toBe(model);
    expect(first.get(customer) ?? model).toBe(model);
    first.set(customer, model);
    return model;
  };
  let canary = 0;
  for (let start = 0; start < 10_000; start += 10) {
    const models = await Promise.all(Array.from({ length: 10 }, (_, index) => ask((start + index) % 5_000)));
    canary += models.filter((model) => model === "v2").length;
  }
  expect(Math.abs(canary - 1_000)).toBeLessThan(5 * 2 * Math.sqrt(5_000 * 0.1 * 0.9));
}, 60_000);

test("a shadow that hangs never slows, fails or holds the answer", async () => {
  const primary = await watchedUpstream((socket) => socket.write(jsonAnswer({ ok: true })));
  const hanging = await watchedUpstream(() => undefined);
  const source = (url: string, operation: string) =>
    `{ base_url: "${url}", operations: { ${operation}: { path: /it } } }`;
  const project = await startProject({
    "config/integrations/api_sources.yaml": `api:
  sources:
    good: ${source(primary.url, "good")}
    hanging: ${source(hanging.url, "hanging")}
`,
    "config/domains/test.yaml": `endpoints:
  it:
    timeout: 2s
    data_sources:
      - name: it
        type: api
        source_id: good
        operation: good
        traffic: { shadow: [{ operation: hanging, source_id: hanging, timeout: 1s }] }
`,
  });
  const durations: number[] = [];
  for (let request = 0; request < 100; request++) {
    const startedMs = performance.now();
    const { status, body } = await project.send({ target: "/orchestrator/test/it" });
    durations.push(performance.now() - startedMs);
    expect([status, body]).toEqual([200, '{"ok":true}']);
  }
  durations.sort((first, second) => first - second);
  expect(durations[50], "a copy hangs for a second").toBeLessThan(500);
  expect(hanging.requests().length).toBeGreaterThan(0);
  expect(hanging.requests().length).toBeLessThan(100);
  await expect.poll(() => hanging.openSockets(), { timeout: 5_000 }).toBe(0);
}, 30_000);
