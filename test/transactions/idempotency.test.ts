import { createHash } from "node:crypto";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { loadDriver } from "../../src/connections/sqlite/driver.js";
import { startProject, type Reply, type RunningProject } from "../scenarios/project.js";

const sha256 = (key: string) => createHash("sha256").update(key).digest("hex");

const endpoints = `endpoints:
  order:
    auth: api_key
    request: { body: { type: object, required: [name], properties: { name: { type: string }, note: { type: string } } } }
    idempotency: { for: 1h }
    data_sources:
      - { name: added, type: database, operation: add, params: { name: $request.name } }
    response_mapping: { id: $added.last_insert_id, name: $request.name }
    response_status: "{{ 201 }}"
    response_headers: { Location: "/orders/{{ $added.last_insert_id }}" }
  pay:
    timeout: 1s
    request: { body: { type: object, required: [name], properties: { name: { type: string } } } }
    idempotency: { for: 1h, required: true }
    data_sources:
      - { name: allowed, type: api, operation: allow, params: { name: $request.name } }
      - { name: paid, type: api, operation: pay, params: { name: $request.name } }
    reject: [{ when: $allowed.no == true, status: 403, code: not_allowed }]
    response_mapping: { paid: $paid.amount }
  short:
    idempotency: { for: 200ms }
    data_sources: [{ name: added, type: database, operation: add, params: { name: short } }]
    response_mapping: { id: $added.last_insert_id }
  both:
    idempotency: {}
    transaction: {}
    data_sources:
      - { name: added, type: database, operation: add, params: { name: both } }
      - { name: allowed, type: api, operation: allow, params: { name: both } , depends_on: [added], run: always }
    response_mapping: { id: $added.last_insert_id }
  count: { data_sources: [{ name: it, type: database, operation: count }] }
`;

interface Shop extends RunningProject {
  post(
    endpoint: string,
    key: string | undefined,
    body?: unknown,
    more?: Record<string, string>,
  ): Promise<Reply>;
  count(): Promise<number>;
  /** What the upstream was asked, and how it answers: later, where a path stands among those that wait. */
  readonly upstream: {
    readonly asked: string[];
    readonly answers: Map<string, (response: ServerResponse) => void>;
  };
}

async function shop(): Promise<Shop> {
  const asked: string[] = [];
  const answers: Shop["upstream"]["answers"] = new Map();
  const server = createServer((request, response) => {
    asked.push(request.url!);
    response.setHeader("content-type", "application/json");
    const answer = answers.get(request.url!);
    if (answer === undefined) response.end(JSON.stringify({ amount: 5 }));
    else answer(response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const project = await startProject({
    "data/schema.sql": "CREATE TABLE orders (id INTEGER PRIMARY KEY, name TEXT);",
    "data/api-keys.yaml": `keys:\n  - { name: one, sha256: ${sha256("key-of-one")} }\n  - { name: two, sha256: ${sha256("key-of-two")} }\n`,
    "config/config.yaml": "auth:\n  api_keys: { file: data/api-keys.yaml }\n",
    "config/database.yaml": `database:
  sources: { default: { connection_string: "sqlite:///data/shop.db", init_sql: data/schema.sql } }
  operations:
    add: { query: "INSERT INTO orders (name) VALUES (:name)" }
    count: { query: SELECT count(*) FROM orders, returns: value }
`,
    "config/integrations/api_sources.yaml": `api:
  sources:
    bank:
      base_url: ${url}
      operations:
        allow: { path: "/allow/{name}" }
        pay: { method: POST, path: "/pay/{name}" }
`,
    "config/domains/shop.yaml": endpoints,
  });
  return {
    ...project,
    upstream: { asked, answers },
    post: (endpoint, key, body = {}, more = {}) =>
      project.send({
        target: `/orchestrator/shop/${endpoint}`,
        method: "POST",
        body: JSON.stringify(body),
        headers: { ...(key === undefined ? {} : { "idempotency-key": key }), ...more },
      }),
    count: async () => Number((await project.send({ target: "/orchestrator/shop/count" })).body),
  };
}

const asOne = { "x-api-key": "key-of-one" };
const codeOf = ({ status, body }: Reply) => [status, (JSON.parse(body) as { code?: string }).code];
const replayed = ({ headers }: Reply) => headers["idempotency-replayed"];

test("a request that is sent again gets the first reply again, and writes once; after a reload too", async () => {
  const { post, count, reload } = await shop();
  const first = await post("order", "k1", { name: "pen", note: "x" }, asOne);
  const second = await post("order", "k1", { note: "x", name: "pen" }, asOne);
  await reload({ "config/domains/shop.yaml": endpoints.replace("name: short", "name: shorter") });
  const third = await post("order", "k1", { name: "pen", note: "x" }, asOne);
  expect([first.status, first.headers["location"], replayed(first)]).toEqual([201, "/orders/1", undefined]);
  for (const again of [second, third]) {
    expect([again.status, again.headers["location"], again.body]).toEqual([201, "/orders/1", first.body]);
    expect(replayed(again)).toBe("true");
  }
  expect(await count()).toBe(1);
});

test("without a key, and with another, it is another request", async () => {
  const { post, count } = await shop();
  await post("order", undefined, { name: "pen" }, asOne);
  await post("order", undefined, { name: "pen" }, asOne);
  await post("order", "k1", { name: "pen" }, asOne);
  expect(replayed(await post("order", "k2", { name: "pen" }, asOne))).toBeUndefined();
  expect(await count()).toBe(4);
});

test("a key with another request is a 422", async () => {
  const { post, count } = await shop();
  await post("order", "k1", { name: "pen" }, asOne);
  expect(codeOf(await post("order", "k1", { name: "ink" }, asOne))).toEqual([422, "IDEMPOTENCY_KEY_REUSED"]);
  expect(await count()).toBe(1);
});

test("callers do not share keys", async () => {
  const { post, count } = await shop();
  await post("order", "k1", { name: "pen" }, asOne);
  const other = await post("order", "k1", { name: "pen" }, { "x-api-key": "key-of-two" });
  expect([other.status, replayed(other)]).toEqual([201, undefined]);
  expect(await count()).toBe(2);
});

test("of many at once one runs, and the others are told so", async () => {
  const { post, upstream } = await shop();
  let waiting: ServerResponse | undefined;
  upstream.answers.set("/pay/pen", (response) => (waiting = response));
  const first = post("pay", "k1", { name: "pen" });
  await expect.poll(() => waiting !== undefined, { timeout: 10_000 }).toBe(true);
  const others = await Promise.all(Array.from({ length: 10 }, () => post("pay", "k1", { name: "pen" })));
  expect(new Set(others.map((reply) => codeOf(reply).join()))).toEqual(
    new Set(["409,IDEMPOTENCY_KEY_IN_USE"]),
  );
  waiting!.end(JSON.stringify({ amount: 7 }));
  expect(JSON.parse((await first).body)).toEqual({ paid: 7 });
  expect(JSON.parse((await post("pay", "k1", { name: "pen" })).body)).toEqual({ paid: 7 });
  expect(upstream.asked.filter((path) => path === "/pay/pen")).toHaveLength(1);
});

test("a caller who hung up after the write began gets the reply with the same key", async () => {
  const project = await shop();
  const { upstream, post } = project;
  let waiting: ServerResponse | undefined;
  upstream.answers.set("/pay/pen", (response) => (waiting = response));
  const controller = new AbortController();
  const given = project.send({
    target: "/orchestrator/shop/pay",
    method: "POST",
    body: JSON.stringify({ name: "pen" }),
    headers: { "idempotency-key": "k1" },
    signal: controller.signal,
  });
  await expect.poll(() => waiting !== undefined, { timeout: 10_000 }).toBe(true);
  controller.abort();
  await expect(given).rejects.toThrow();
  waiting!.end(JSON.stringify({ amount: 9 }));
  await expect
    .poll(async () => (await post("pay", "k1", { name: "pen" })).body, { timeout: 10_000 })
    .toBe('{"paid":9}');
  expect(upstream.asked.filter((path) => path === "/pay/pen")).toHaveLength(1);
});

test("what ended before any write is not kept: the next one runs", async () => {
  const { upstream, post } = await shop();
  upstream.answers.set("/allow/pen", (response) => response.end('{"no":true}'));
  expect(codeOf(await post("pay", "k1", { name: "pen" }))).toEqual([403, "not_allowed"]);
  upstream.answers.clear();
  const reply = await post("pay", "k1", { name: "pen" });
  expect([reply.status, replayed(reply)]).toEqual([200, undefined]);
});

test("a failure after a write is kept, and comes again", async () => {
  const { upstream, post } = await shop();
  upstream.answers.set("/pay/pen", (response) => response.writeHead(500).end("{}"));
  const first = await post("pay", "k1", { name: "pen" });
  upstream.answers.clear();
  const second = await post("pay", "k1", { name: "pen" });
  expect([codeOf(first), codeOf(second)]).toEqual([
    [502, "SOURCE_FAILED"],
    [502, "SOURCE_FAILED"],
  ]);
  expect([replayed(first), replayed(second)]).toEqual([undefined, "true"]);
});

test("a transaction that was rolled back is not kept: the next one runs", async () => {
  const { upstream, post, count } = await shop();
  upstream.answers.set("/allow/both", (response) => response.writeHead(500).end("{}"));
  expect(codeOf(await post("both", "k1"))).toEqual([502, "SOURCE_FAILED"]);
  expect(await count()).toBe(0);
  upstream.answers.clear();
  expect((await post("both", "k1")).status).toBe(200);
  expect(replayed(await post("both", "k1"))).toBe("true");
  expect(await count()).toBe(1);
});

test("after a write that met the deadline nobody knows, and it is not done again", async () => {
  const { upstream, post } = await shop();
  upstream.answers.set("/pay/pen", () => undefined);
  expect(codeOf(await post("pay", "k1", { name: "pen" }))).toEqual([504, "WRITE_OUTCOME_UNKNOWN"]);
  expect(codeOf(await post("pay", "k1", { name: "pen" }))).toEqual([409, "IDEMPOTENCY_OUTCOME_UNKNOWN"]);
  expect(upstream.asked.filter((path) => path === "/pay/pen")).toHaveLength(1);
});

test("nor after the process ended in the middle of it", async () => {
  const { post, upstream, folder } = await shop();
  await post("pay", "k1", { name: "pen" });
  const { DatabaseSync } = loadDriver();
  const database = new DatabaseSync(join(folder, "data/orchestrator.db"), {
    readOnly: false,
    timeout: 1_000,
  });
  database.exec("UPDATE idempotency_1 SET outcome = NULL, ends_at = 1");
  database.close();
  expect(codeOf(await post("pay", "k1", { name: "pen" }))).toEqual([409, "IDEMPOTENCY_OUTCOME_UNKNOWN"]);
  expect(upstream.asked.filter((path) => path === "/pay/pen")).toHaveLength(1);
});

test("when its time is over a key is free again", async () => {
  const { post, count } = await shop();
  await post("short", "k1");
  await new Promise((resolve) => setTimeout(resolve, 250));
  expect(replayed(await post("short", "k1"))).toBeUndefined();
  expect(await count()).toBe(2);
});

test("a key that is missing where it is required, and one that is too long, are a 400", async () => {
  const { post, upstream } = await shop();
  expect(codeOf(await post("pay", undefined, { name: "pen" }))).toEqual([400, "IDEMPOTENCY_KEY_MISSING"]);
  expect(codeOf(await post("pay", "k".repeat(256), { name: "pen" }))).toEqual([
    400,
    "IDEMPOTENCY_KEY_TOO_LONG",
  ]);
  expect(upstream.asked).toEqual([]);
});

test("where keys cannot be kept nothing is begun", async () => {
  const project = await startProject({
    "data/orchestrator.db/not-a-file": "",
    "data/schema.sql": "CREATE TABLE orders (id INTEGER PRIMARY KEY, name TEXT);",
    "config/database.yaml": `database:
  sources: { default: { connection_string: "sqlite:///data/shop.db", init_sql: data/schema.sql } }
  operations:
    add: { query: "INSERT INTO orders (name) VALUES ('it')" }
    count: { query: SELECT count(*) FROM orders, returns: value }
`,
    "config/domains/shop.yaml": `endpoints:
  add: { idempotency: {}, data_sources: [{ name: it, type: database, operation: add }] }
  count: { data_sources: [{ name: it, type: database, operation: count }] }
`,
  });
  const headers = { "idempotency-key": "k1" };
  const reply = await project.send({ target: "/orchestrator/shop/add", method: "POST", headers });
  expect(codeOf(reply)).toEqual([503, "IDEMPOTENCY_UNAVAILABLE"]);
  expect((await project.send({ target: "/orchestrator/shop/count" })).body).toBe("0");
});

test("the API description says which requests may be sent again", async () => {
  const { send } = await shop();
  const { body } = await send({ target: "/openapi.json" });
  const { paths } = JSON.parse(body) as {
    paths: Record<string, { post?: { parameters?: object[]; responses: object } }>;
  };
  const { parameters, responses } = paths["/orchestrator/shop/pay"]!.post!;
  expect(parameters).toEqual([
    expect.objectContaining({ name: "Idempotency-Key", in: "header", required: true }),
  ]);
  expect(Object.keys(responses)).toEqual(expect.arrayContaining(["409", "422"]));
});
