import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { runServer } from "../../src/server/run-server.js";
import type { RunningServer } from "../../src/server/obey-signals.js";
import { temporaryFolder } from "../host/temporary-folder.js";
import { withVariables } from "../scenarios/project.js";

interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[];
  readonly status: { readonly code?: number };
}

interface Received {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A server that takes what it is sent; the status of its answers is `answer`'s. */
async function receiver(
  answer: () => number,
): Promise<{ readonly url: string; readonly received: Received[] }> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => (body += String(chunk)));
    request.on("end", () => {
      received.push({ url: request.url!, headers: request.headers, body });
      response.writeHead(answer(), { "content-type": "application/json" }).end("{}");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received };
}

function spansOf(received: readonly Received[]): readonly ReceivedSpan[] {
  return received.flatMap(({ body }) => {
    const { resourceSpans } = JSON.parse(body) as {
      resourceSpans: { scopeSpans: { spans: ReceivedSpan[] }[] }[];
    };
    return resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));
  });
}

function attributesOf({ attributes }: ReceivedSpan): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}

const secret = "s3cr3t-of-the-api";

async function start(api: string, tracing: string): Promise<RunningServer> {
  const workingFolder = temporaryFolder({
    "config/config.yaml": `app: { name: Shop, version: "2.0" }
server: { host: 127.0.0.1, port: 0 }
admin: { port: 0 }
${tracing}`,
    "config/integrations/api_sources.yaml": `api:
  sources:
    crm:
      base_url: "${api}"
      auth: { type: bearer, token: "\${CRM_TOKEN}" }
      forward: { headers: [traceparent] }
      operations: { get: { path: "/customers/{id}" }, fail: { path: /fail } }
`,
    "config/domains/shop.yaml": `endpoints:
  customer:
    path: /customers/{id}
    data_sources:
      - { name: customer, type: api, operation: get, params: { id: $request.id } }
      - { name: label, type: value, value: "{{ 1 + 1 }}" }
      - { name: other, type: api, operation: fail, on_error: { value: null } }
  broken:
    path: /broken
    data_sources: [{ name: it, type: api, operation: fail }]
`,
  });
  const variables = { CRM_TOKEN: secret, OTLP_KEY: "key-of-the-collector" };
  const server = await withVariables(variables, () => runServer({ workingFolder, logLevel: "silent" }));
  onTestFinished(() => server.stop());
  return server;
}

/** An API whose `/fail` fails. */
async function crm() {
  let path = "";
  const api = await receiver(() => (path.startsWith("/fail") ? 500 : 200));
  const push = api.received.push.bind(api.received);
  api.received.push = (...all) => {
    path = all.at(-1)!.url;
    return push(...all);
  };
  return api;
}

const traceId = "0af7651916cd43dd8448eb211c80319c";
const callers = { traceparent: `00-${traceId}-b7ad6b7169203331-01`, tracestate: "vendor=1" };

test("spans of a request and its steps arrive, each below the right one, and calls carry the trace on", async () => {
  const [api, collector] = [await crm(), await receiver(() => 200)];
  const server = await start(
    api.url,
    `tracing: { otlp_endpoint: "${collector.url}/", headers: { x-key: "\${OTLP_KEY}" } }\n`,
  );
  const reply = await fetch(`${server.url}/orchestrator/customers/4711?card=4000123412341234`, {
    headers: callers,
  });
  expect(reply.status).toBe(200);
  expect((await fetch(`${server.url}/orchestrator/broken`, { headers: callers })).status).toBe(502);
  await expect.poll(() => spansOf(collector.received).length, { timeout: 10_000 }).toBe(6);
  expect(collector.received[0]).toMatchObject({
    url: "/v1/traces",
    headers: { "content-type": "application/json", "x-key": "key-of-the-collector" },
  });
  const spans = spansOf(collector.received);
  expect(new Set(spans.map((span) => span.traceId))).toEqual(new Set([traceId]));
  const named = (name: string) => spans.find((span) => span.name === name)!;
  const request = named("GET /orchestrator/customers/{id}");
  expect(request).toMatchObject({ parentSpanId: "b7ad6b7169203331", kind: 2, status: {} });
  expect(attributesOf(request)).toMatchObject({
    "http.request.method": "GET",
    "http.route": "/orchestrator/customers/{id}",
    "http.response.status_code": "200",
    "orchestrator.endpoint": "shop.customer",
    "orchestrator.execution_id": reply.headers.get("x-execution-id"),
  });
  expect(named("customer")).toMatchObject({ parentSpanId: request.spanId, kind: 3 });
  expect(attributesOf(named("customer"))).toEqual({
    "orchestrator.source": "api.crm",
    "orchestrator.operation": "get",
    "orchestrator.step.status": "ok",
    "orchestrator.step.attempts": "1",
  });
  expect(named("label")).toMatchObject({ parentSpanId: request.spanId, kind: 1 });
  expect(attributesOf(named("other"))).toMatchObject({
    "orchestrator.step.status": "fallback",
    "error.type": "SOURCE_FAILED",
  });
  const broken = named("GET /orchestrator/broken");
  expect(broken.status).toEqual({ code: 2 });
  expect(attributesOf(broken)).toMatchObject({ "error.type": "SOURCE_FAILED" });
  for (const { startTimeUnixNano, endTimeUnixNano } of spans) {
    expect(BigInt(endTimeUnixNano) >= BigInt(startTimeUnixNano)).toBe(true);
    expect(Math.abs(Number(BigInt(startTimeUnixNano) / 1_000_000n) - Date.now())).toBeLessThan(60_000);
  }
  const sent = api.received.map(({ url, headers }) => [url, headers["traceparent"], headers["tracestate"]]);
  expect(sent).toContainEqual([
    "/customers/4711",
    `00-${traceId}-${named("customer").spanId}-01`,
    "vendor=1",
  ]);
  const all = collector.received.map(({ body }) => body).join("");
  for (const hidden of [secret, "key-of-the-collector", "4711", "4000123412341234", api.url]) {
    expect(all, hidden).not.toContain(hidden);
  }
  const numbers = await (await fetch(`${server.adminUrl}/metrics`)).text();
  expect(numbers).toContain('orchestrator_spans_total{result="sent"} 6\n');
});

test("a trace begins here where none comes, or a wrong one; one that is not sampled is only handed on", async () => {
  const [api, collector] = [await crm(), await receiver(() => 200)];
  const server = await start(api.url, `tracing: { otlp_endpoint: "${collector.url}", sample: 0% }\n`);
  const ask = async (traceparent?: string) => {
    const headers: Record<string, string> = traceparent === undefined ? {} : { traceparent };
    await fetch(`${server.url}/orchestrator/broken`, { headers });
    return api.received.at(-1)!.headers["traceparent"] as string;
  };
  expect(await ask()).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
  for (const wrong of [
    "00-0-0-01",
    `00-${"0".repeat(32)}-b7ad6b7169203331-01`,
    `ff-${traceId}-b7ad6b7169203331-01`,
    `00-${traceId}-b7ad6b7169203331-01-more`,
  ]) {
    expect(await ask(wrong), wrong).not.toContain(traceId);
  }
  const handedOn = await ask(`00-${traceId}-b7ad6b7169203331-00`);
  expect(handedOn).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-00$`));
  expect(handedOn).not.toContain("b7ad6b7169203331");
  expect(await ask(callers.traceparent)).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-01$`));
  await server.stop();
  expect(spansOf(collector.received).map(({ name }) => name)).toEqual(["it", "GET /orchestrator/broken"]);
});

test("what waits is sent at the end; a collector that refuses or is gone loses spans and nothing else", async () => {
  const [api, collector] = [await crm(), await receiver(() => 403)];
  const server = await start(api.url, `tracing: { otlp_endpoint: "${collector.url}" }\n`);
  for (let count = 0; count < 3; count++) {
    expect((await fetch(`${server.url}/orchestrator/customers/1`)).status).toBe(200);
  }
  await expect.poll(() => spansOf(collector.received).length, { timeout: 10_000 }).toBe(12);
  await expect
    .poll(async () => (await fetch(`${server.adminUrl}/metrics`)).text())
    .toContain('orchestrator_spans_total{result="lost"} 12\n');
});

test("without an endpoint, or with an empty variable, nothing is traced and callers' headers go their own way", async () => {
  const api = await crm();
  for (const tracing of ["", 'tracing: { otlp_endpoint: "${OTEL_EXPORTER_OTLP_ENDPOINT:-}" }\n']) {
    const server = await start(api.url, tracing);
    await fetch(`${server.url}/orchestrator/broken`);
    expect(api.received.at(-1)!.headers["traceparent"]).toBeUndefined();
    await fetch(`${server.url}/orchestrator/broken`, { headers: callers });
    expect(api.received.at(-1)!.headers["traceparent"]).toBe(callers.traceparent);
    expect(api.received.at(-1)!.headers["tracestate"]).toBeUndefined();
  }
});
