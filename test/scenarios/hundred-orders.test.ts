import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import type { CallContext, Prepared, Receiver, Source, SourceType } from "../../src/contracts/source.js";
import { nodeHost } from "../../src/host/node-host.js";
import type { JsonObject } from "../../src/expression/value.js";
import { loadProject, openService } from "../../src/service.js";
import { databaseSource } from "../../src/sources/database/database-source.js";
import { startProject, writeProject } from "./project.js";

const count = 100;

/** What one list of orders costs: `together` with a batch form, `apart` without. */
const domain = (type: string) => `domain_id: orders
endpoints:
${["together", "apart"]
  .map(
    (name) => `
  ${name}:
    method: POST
    request: { body: { type: array, items: { type: integer } } }
    data_sources:
      - name: customers
        type: ${type}
        operation: ${name}
        for_each: $request.body
        params: { customer_id: $item }
        max_concurrency: 5
    response_mapping: $customers.map(c => c.name)
`,
  )
  .join("")}`;

const orders = Array.from({ length: count }, (_, index) => index + 1);
const names = orders.map((id) => `customer ${id}`);

/** Customers of an API, one by one and many at once; how many requests there were, and at once at most. */
async function startCustomers() {
  const seen = { requests: [] as string[], running: 0, most: 0 };
  const server = createServer((request, response) => {
    seen.requests.push(request.url!);
    seen.running += 1;
    seen.most = Math.max(seen.most, seen.running);
    void wait(5).then(() => {
      seen.running -= 1;
      const url = new URL(request.url!, "http://localhost");
      const ids = url.searchParams.get("ids")?.split(",");
      const one = (id: string) => ({ id: Number(id), name: `customer ${id}` });
      const body = ids === undefined ? one(url.pathname.split("/").at(-1)!) : ids.map(one).reverse();
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify(body));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return { seen, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

test("an API: 1 request with a batch form, `max_concurrency` at a time without", async () => {
  const { seen, url } = await startCustomers();
  const project = await startProject({
    "config/integrations/api_sources.yaml": `api:
  sources:
    crm:
      base_url: ${url}
      operations:
        apart: { path: "/customers/{customer_id}" }
        together:
          path: /customers/{customer_id}
          batch:
            path: /customers
            query: { ids: "{{ $params.customer_ids.join(',') }}" }
            params: { customer_ids: customer_id }
            key: id
`,
    "config/domains/orders.yaml": domain("api"),
  });
  const ask = async (target: string) => {
    const body = JSON.stringify(orders);
    const reply = await project.send({ method: "POST", target: `/orchestrator/orders/${target}`, body });
    expect(JSON.parse(reply.body)).toEqual(names);
    return seen.requests.splice(0);
  };
  expect(await ask("together")).toEqual([`/customers?ids=${orders.join("%2C")}`]);
  expect(seen.most).toBe(1);
  expect((await ask("apart")).length).toBe(count);
  expect(seen.most).toBe(5);
});

/** The database source, with what its calls were and how many ran at once. */
function watchedDatabase() {
  const seen = { calls: 0, running: 0, most: 0 };
  const watch = (source: Source): Source => ({
    ...source,
    start(call: Prepared, parameters: JsonObject, context: CallContext, receiver: Receiver) {
      seen.calls += 1;
      seen.running += 1;
      seen.most = Math.max(seen.most, seen.running);
      const ended = () => void (seen.running -= 1);
      return source.start(call, parameters, context, {
        succeed: (reply) => (ended(), receiver.succeed(reply)),
        fail: (error) => (ended(), receiver.fail(error)),
      });
    },
    probe: () => source.probe(),
    close: () => source.close(),
  });
  const type = {
    ...databaseSource,
    open: async (opening) => watch((await databaseSource.open(opening as never)) as Source),
  } as SourceType;
  return { seen, type };
}

test("a database: 1 query with a batch form, `max_concurrency` at a time without", async () => {
  const { seen, type } = watchedDatabase();
  const folder = writeProject({
    "config/database.yaml": `database:
  sources: { default: { connection_string: "sqlite:///data/shop.db", init_sql: data/schema.sql } }
  operations:
    apart: { query: "SELECT id, name FROM customers WHERE id = :customer_id", returns: one }
    together:
      query: SELECT id, name FROM customers WHERE id = :customer_id
      returns: one
      batch:
        query: SELECT id, name FROM customers WHERE id IN (:customer_ids)
        params: { customer_ids: customer_id }
        key: id
`,
    "config/domains/orders.yaml": domain("database"),
    "data/schema.sql": `CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT);
INSERT INTO customers VALUES ${orders.map((id) => `(${id}, 'customer ${id}')`).join(", ")};`,
  });
  const host = nodeHost();
  const loaded = loadProject({ host, workingFolder: folder, sources: [type] });
  const service = await openService(loaded, { host });
  onTestFinished(() => service.close());
  const ask = (name: string) =>
    new Promise<number>((resolve, reject) => {
      const endpoint = service.endpoints.find(({ plan }) => plan.endpoint.name === name)!;
      const raw = { pathParams: {}, query: {}, headers: {}, body: orders };
      const request = endpoint.plan.readRequest(raw);
      const facts = { executionId: name, requestId: name, method: "POST", path: "/", clientIp: "127.0.0.1" };
      seen.calls = seen.most = 0;
      endpoint.start({ request, ...facts, listener: undefined }, (error, result) => {
        if (error !== undefined) return reject(error);
        expect(result?.body).toEqual(names);
        resolve(seen.calls);
      });
    });
  expect(await ask("together")).toBe(1);
  expect(await ask("apart")).toBe(count);
  expect(seen.most).toBe(5);
});
