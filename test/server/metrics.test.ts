import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { metrics } from "../../src/observe/metrics/definitions.js";
import type { Definition } from "../../src/observe/metrics/definition.js";
import { runServer } from "../../src/server/run-server.js";
import type { RunningServer } from "../../src/server/obey-signals.js";
import { temporaryFolder } from "../host/temporary-folder.js";

/** An API whose answers a test decides, by path. */
async function upstream(answer: (path: string, response: ServerResponse) => void): Promise<string> {
  const server = createServer((request, response) => answer(request.url!, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function start(files: Readonly<Record<string, string>>): Promise<RunningServer> {
  const workingFolder = temporaryFolder({
    "config/config.yaml": "server: { host: 127.0.0.1, port: 0 }\nadmin: { port: 0 }\n",
    ...files,
  });
  const server = await runServer({ workingFolder, logLevel: "silent" });
  onTestFinished(() => server.stop());
  return server;
}

/** Every line of `/metrics` that is no comment, by series. */
async function numbers({ adminUrl }: RunningServer): Promise<Record<string, number>> {
  const reply = await fetch(`${adminUrl}/metrics`);
  expect(reply.status).toBe(200);
  expect(reply.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  const lines = (await reply.text()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return Object.fromEntries(
    lines.map((line) => [
      line.slice(0, line.lastIndexOf(" ")),
      Number(line.slice(line.lastIndexOf(" ") + 1)),
    ]),
  );
}

test("every metric moves with what it is about, and with that alone", async () => {
  let calls = 0;
  let release: () => void = () => undefined;
  const url = await upstream((path, response) => {
    calls += 1;
    const ok = () => response.end('{"ok":true}');
    if (path === "/flaky" && calls % 2 === 1) return void response.writeHead(503).end();
    if (path === "/broken") return void response.writeHead(500).end();
    if (path === "/slow") return void setTimeout(ok, 120);
    if (path === "/held") return void (release = ok);
    ok();
  });
  const step = (name: string, more = "") =>
    `  ${name}: { data_sources: [{ name: it, type: api, source_id: ${name}, operation: get${more} }] }\n`;
  const source = (name: string, more: string) =>
    `    ${name}: { base_url: "${url}", ${more}, operations: { get: { path: /${name} } } }\n`;
  const server = await start({
    "config/config.yaml": `
server: { host: 127.0.0.1, port: 0, overload: { max_in_flight: 2, max_event_loop_delay: 1m } }
admin: { port: 0 }
`,
    "config/database.yaml": `
database:
  sources: { default: { connection_string: "sqlite:///data/a.db" } }
  operations:
    one: { query: SELECT 1 AS one, returns: value }
    two: { query: SELECT 2 AS two, returns: value }
    three: { query: SELECT 3 AS three, returns: value }
`,
    "config/integrations/api_sources.yaml": `api:
  sources:
${source("flaky", "retry: { attempts: 2, when: [503], backoff: { base: 1ms, max: 1ms }, budget: 100% }")}
${source("broken", "circuit_breaker: { error_rate: 50%, window: 1m, min_calls: 1, open_for: 1m, probes: 1 }")}
${source("slow", "hedge: { after: 20ms, budget: 100% }")}
${source("held", "max_concurrency: 1, max_queue: 0")}
${source("kept", "cache: { ttl: 1m }")}
`,
    "config/integrations/ml_config.yaml": `ml:
  sources: { default: { base_url: "${url}", inference_log: { file: blocked/records.ndjson } } }
`,
    blocked: "a file where a folder should be",
    "config/domains/shop.yaml": `endpoints:
  predict: { data_sources: [{ name: it, type: ml, params: { features: { age: 7 } } }] }
  read: { data_sources: [{ name: one, type: database, operation: one }] }
  whole: { cache: { ttl: 1m }, response_mapping: 1 }
  shadowed: { data_sources: [{ name: it, type: database, operation: two, traffic: { shadow: [{ operation: three }] } }] }
${step("flaky")}${step("broken", ", on_error: { value: null }")}${step("slow")}${step("held")}${step("kept")}`,
  });
  const get = async (path: string) => (await fetch(`${server.url}/orchestrator/shop/${path}`)).status;

  expect(await get("read")).toBe(200);
  expect(await get("nowhere")).toBe(404);
  expect(await get("shadowed")).toBe(200);
  expect(await get("predict")).toBe(200);
  const lost = 'orchestrator_inference_records_lost_total{source="ml.default"}';
  expect(await numbers(server)).toMatchObject({ [lost]: 0 });
  await expect.poll(async () => (await numbers(server))[lost]).toBe(1);
  calls = 0;
  expect(await get("flaky")).toBe(200);
  expect(await get("broken")).toBe(200);
  expect(await get("broken")).toBe(200);
  expect(await get("slow")).toBe(200);
  expect([await get("whole"), await get("whole"), await get("whole")]).toEqual([200, 200, 200]);
  expect(await get("kept")).toBe(200);
  expect(await get("kept")).toBe(200);
  const held = get("held");
  await expect
    .poll(
      async () => (await numbers(server))[`orchestrator_bulkhead_running{source="api.held",operation=""}`],
    )
    .toBe(1);
  expect(await get("held")).toBe(503);
  const other = get("slow");
  await pause(30);
  expect(await get("read"), "beyond max_in_flight").toBe(503);
  await other;
  const during = await numbers(server);
  expect(during).toMatchObject({ orchestrator_requests_in_flight: 1 });
  release();
  expect(await held).toBe(200);
  await server.app.reload();

  const after = await numbers(server);
  expect(after).toMatchObject({
    'orchestrator_requests_total{method="GET",route="/orchestrator/shop/read",status="200"}': 1,
    'orchestrator_requests_total{method="(any)",route="(none)",status="404"}': 1,
    'orchestrator_requests_total{method="GET",route="/orchestrator/shop/held",status="503"}': 1,
    'orchestrator_request_duration_seconds_count{method="GET",route="/orchestrator/shop/slow"}': 2,
    orchestrator_requests_in_flight: 0,
    'orchestrator_requests_shed_total{reason="in_flight"}': 1,
    'orchestrator_requests_shed_total{reason="event_loop_delay"}': 0,
    'orchestrator_steps_total{endpoint="shop.read",step="one",status="ok"}': 1,
    'orchestrator_steps_total{endpoint="shop.broken",step="it",status="fallback"}': 2,
    'orchestrator_steps_total{endpoint="shop.kept",step="it",status="cached"}': 1,
    'orchestrator_steps_total{endpoint="shop.held",step="it",status="failed"}': 1,
    'orchestrator_step_duration_seconds_count{endpoint="shop.slow",step="it"}': 2,
    'orchestrator_step_duration_seconds_bucket{endpoint="shop.slow",step="it",le="0.1"}': 0,
    'orchestrator_step_duration_seconds_bucket{endpoint="shop.slow",step="it",le="+Inf"}': 2,
    'orchestrator_source_calls_total{source="database.default",operation="one",result="ok"}': 1,
    'orchestrator_source_calls_total{source="api.flaky",operation="get",result="SOURCE_UNAVAILABLE"}': 1,
    'orchestrator_source_calls_total{source="api.flaky",operation="get",result="ok"}': 1,
    'orchestrator_source_calls_total{source="api.slow",operation="get",result="cancelled"}': 2,
    'orchestrator_source_call_duration_seconds_count{source="api.kept",operation="get"}': 1,
    'orchestrator_retries_total{source="api.flaky",operation="get"}': 1,
    'orchestrator_hedges_total{source="api.slow",operation="get"}': 2,
    'orchestrator_refused_calls_total{source="api.broken",operation="get",by="breaker"}': 1,
    'orchestrator_refused_calls_total{source="api.held",operation="get",by="bulkhead"}': 1,
    'orchestrator_breaker_state{source="api.broken",operation=""}': 2,
    'orchestrator_bulkhead_running{source="api.held",operation=""}': 0,
    'orchestrator_bulkhead_waiting{source="api.held",operation=""}': 0,
    'orchestrator_pool_connections{source="api.kept",state="idle"}': 1,
    'orchestrator_pool_waiting{source="database.default"}': 0,
    'orchestrator_cache_lookups_total{source="api.kept",operation="get",result="miss"}': 1,
    'orchestrator_cache_lookups_total{source="api.kept",operation="get",result="hit"}': 1,
    'orchestrator_reply_cache_lookups_total{endpoint="shop.whole",result="miss"}': 1,
    'orchestrator_reply_cache_lookups_total{endpoint="shop.whole",result="hit"}': 2,
    orchestrator_cache_entries: 2,
    'orchestrator_shadow_calls_total{step="shop.shadowed.it",operation="three",result="differed"}': 1,
    'orchestrator_shadow_calls_total{step="shop.shadowed.it",operation="three",result="agreed"}': 0,
    orchestrator_generation: 1,
    orchestrator_workers: 1,
    'orchestrator_reloads_total{result="unchanged"}': 1,
  });
  const threads = ["busy", "idle"].map(
    (state) => after[`orchestrator_pool_connections{source="database.default",state="${state}"}`]!,
  );
  expect(threads[0]! + threads[1]!).toBeGreaterThan(1);
  for (const name of [
    "orchestrator_cache_bytes",
    "orchestrator_event_loop_delay_seconds_count",
    "orchestrator_event_loop_active_seconds_total",
    "process_cpu_seconds_total",
    "process_resident_memory_bytes",
    "nodejs_heap_used_bytes",
    "orchestrator_uptime_seconds",
  ]) {
    expect(after[name], name).toBeGreaterThan(0);
  }
  const names = Object.keys(after).map((each) => each.replace(/\{.*/, ""));
  expect(names).toContain("orchestrator_info");
  /** Those of workers.test.ts and traces.test.ts. */
  const elsewhere = ["orchestrator_worker_restarts_total", "orchestrator_spans_total"];
  for (const { name, kind } of Object.values<Definition>(metrics)) {
    if (elsewhere.includes(name)) continue;
    expect(names, "nothing in this test moves it").toContain(kind === "histogram" ? `${name}_count` : name);
  }
});

test("the series of an endpoint go on over a reload, those of a source that is gone end", async () => {
  const server = await start({
    "config/domains/shop.yaml": "endpoints: { hello: { response_mapping: { ok: true } } }\n",
  });
  await fetch(`${server.url}/orchestrator/shop/hello`);
  const name = 'orchestrator_requests_total{method="GET",route="/orchestrator/shop/hello",status="200"}';
  expect((await numbers(server))[name]).toBe(1);
  const { projectFolder } = server.app.config;
  const { writeFileSync } = await import("node:fs");
  writeFileSync(
    `${projectFolder}/config/domains/other.yaml`,
    "endpoints: { it: { response_mapping: { ok: true } } }\n",
  );
  expect((await server.app.reload()).status).toBe("reloaded");
  await fetch(`${server.url}/orchestrator/shop/hello`);
  expect(await numbers(server)).toMatchObject({ [name]: 2, orchestrator_generation: 2 });
});

test("without an admin listener nothing is counted", async () => {
  const server = await start({
    "config/config.yaml": "server: { host: 127.0.0.1, port: 0 }\nadmin: false\n",
    "config/domains/shop.yaml": "endpoints: { hello: { response_mapping: { ok: true } } }\n",
  });
  expect((await fetch(`${server.url}/orchestrator/shop/hello`)).status).toBe(200);
  expect((await fetch(`${server.url}/metrics`)).status).toBe(404);
});
