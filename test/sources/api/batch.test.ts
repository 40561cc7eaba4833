import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { BatchTable, withBatch } from "../../../src/engine/calls/batch.js";
import { JoinTable } from "../../../src/engine/calls/join.js";
import { callSource, wrapped, type EngineContext, type RunCall } from "../../../src/engine/calls/run-call.js";
import type { JsonObject, JsonValue } from "../../../src/expression/value.js";
import { callContext } from "../../conformance/call-source.js";
import { checkApi, openApi } from "./open-api.js";

const scores: Readonly<Record<string, number>> = { "1": 10, "2": 20, "a/b": 30, ü: 40 };
const lines = [
  { order: 1, line: "a", item: "pen" },
  { order: 1, line: "b", item: "ink" },
  { order: 2, line: "a", item: "cup" },
  { order: 2, line: "a", item: "lid" },
];

/** Scores by id and lines of orders: one by one, and many at once by query or by body. */
async function startScores() {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url!, "http://localhost");
    let text = "";
    request.on("data", (chunk) => (text += String(chunk)));
    request.on("end", () => {
      seen.push(`${request.method} ${request.url}`);
      const { status, body } = answer(request.method!, url, text);
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return { seen, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

function answer(method: string, url: URL, text: string): { readonly status: number; readonly body: unknown } {
  const factor = url.searchParams.get("currency") === "usd" ? 2 : 1;
  const found = (id: string) =>
    scores[id] === undefined ? [] : [{ id: /^\d+$/.test(id) ? Number(id) : id, score: scores[id] * factor }];
  const path = url.pathname.split("/").slice(1).map(decodeURIComponent);
  if (method === "POST") {
    const pairs = JSON.parse(text) as { orders: unknown[]; lines: string[] };
    const asked = pairs.orders.map((order, index) => `${String(order)} ${pairs.lines[index]!}`);
    return {
      status: 200,
      body: { items: lines.filter(({ order, line }) => asked.includes(`${order} ${line}`)) },
    };
  }
  if (path[0] === "scores" && path[1] === undefined) {
    const ids = url.searchParams.getAll("ids");
    if (ids.includes("refused")) return { status: 422, body: { error: "one of these ids is none" } };
    return { status: 200, body: { items: ids.flatMap(found) } };
  }
  if (path[0] === "scores") {
    if (path[1] === "refused") return { status: 422, body: {} };
    const [one] = found(path[1]!);
    return one === undefined ? { status: 404, body: {} } : { status: 200, body: one };
  }
  const own = lines.filter(({ order, line }) => String(order) === path[1] && line === path[2]);
  return { status: 200, body: own };
}

const operations = `
  score:
    path: /scores/{id}
    query: { currency: $params.currency }
    empty_on: [404]
    batch:
      path: /scores
      query: { ids: $params.ids, currency: $params.currency }
      params: { ids: id }
      key: id
      select: $response.body.items
      max_size: 6
  order_line:
    path: /orders/{order}/{line}
    batch:
      path: /lines
      body: { orders: $params.orders, lines: $params.lines }
      params: { lines: line, orders: order }
      key: [line, order]
      select: $response.body.items
      returns: many
`;

const cases: readonly (readonly [string, fc.Arbitrary<JsonObject>])[] = [
  [
    "score",
    fc.record({
      id: fc.constantFrom<JsonValue>(1, 2, "1", "a/b", "ü", 9, "nobody", "refused", ".", "", true, [1]),
      currency: fc.constantFrom<JsonValue>(null, "usd"),
    }),
  ],
  [
    "order_line",
    fc.record({
      order: fc.constantFrom<JsonValue>(1, "1", 2, 3),
      line: fc.constantFrom<JsonValue>("a", "b", "z"),
    }),
  ],
];

test.each(cases)(
  "`%s` answers the same together and apart",
  async (operation, parameters) => {
    const { url } = await startScores();
    const api = await openApi(`base_url: ${url}\noperations:${operations}`);
    onTestFinished(() => api.source.close());
    const call = api.call(operation);
    const apart = callSource(api.source, call);
    const together = wrapped(apart, [withBatch(call.batch!, callSource(api.source, call.batch!.call))]);
    await fc.assert(
      fc.asyncProperty(fc.array(parameters, { minLength: 1, maxLength: 9 }), async (all) => {
        const context = engineContext();
        const outcomes = (run: RunCall) => Promise.all(all.map((each) => outcome(run, each, context)));
        expect(await outcomes(together)).toEqual(await outcomes(apart));
      }),
      { numRuns: 40 },
    );
  },
  60_000,
);

test("a bulk request carries the lists by query or by body, and what the calls have in common", async () => {
  const { url, seen } = await startScores();
  const api = await openApi(`base_url: ${url}\noperations:${operations}`);
  onTestFinished(() => api.source.close());
  const context = engineContext();
  const call = api.call("score");
  const run = wrapped(callSource(api.source, call), [
    withBatch(call.batch!, callSource(api.source, call.batch!.call)),
  ]);
  await Promise.all([1, 2, 1].map((id) => outcome(run, { id, currency: "usd" }, context)));
  expect(seen).toEqual(["GET /scores?ids=1&ids=2&currency=usd"]);
});

const batch = (keys: string, operation = "path: /scores/{id}") =>
  checkApi(
    `base_url: http://x\noperations:\n  op:\n    ${operation}\n    batch:\n      ${keys.split("\n").join("\n      ")}`,
  );

test.each([
  [
    "a list that the request does not use",
    "path: /s\nparams: { ids: id }\nkey: id",
    "does not use `$params.ids`",
    "7:17",
  ],
  [
    "a parameter that there is not",
    "path: /s\nquery: { a: $params.ids }\nparams: { ids: no }\nkey: id",
    'no parameter "no"',
    "8:17",
  ],
  [
    "a parameter that changes nothing",
    "path: /s\nquery: { a: $params.ids }\nparams: { ids: id }\nkey: id",
    'The parameter "x"',
    "6:7",
  ],
  [
    "one value where there are many",
    "path: /s/{id}\nquery: { a: $params.ids }\nparams: { ids: id }\nkey: id",
    '"id" is one value',
    "6:7",
  ],
  [
    "a name that is nowhere",
    "path: /s\nquery: { a: $params.ids, b: $params.y }\nparams: { ids: id }\nkey: id",
    '"y" is neither',
    "6:7",
  ],
  [
    "fewer fields than lists",
    "path: /s\nquery: { a: $params.ids }\nparams: { ids: id }\nkey: [id, b]",
    "names 2 fields and `params` 1",
    "9:7",
  ],
])("%s is a problem of `check`", (title, keys, message, place) => {
  const operation = title.includes("changes nothing") ? "path: /scores/{id}/{x}" : "path: /scores/{id}";
  const { problems } = batch(keys, operation);
  const found = problems.filter((each) => each.message.includes(message));
  expect(found.map(({ location }) => `${location?.line}:${location?.column}`)).toEqual([place]);
});

test.each([
  ["a write", "path: /s\n    method: POST"],
  ["pages", "path: /s/{id}\n    paging: { by: link }"],
  ["a stream", "path: /s/{id}\n    stream: true"],
])("%s has no batch form", (_, operation) => {
  const { problems } = batch("path: /s\nquery: { a: $params.ids }\nparams: { ids: id }\nkey: id", operation);
  expect(problems.some(({ message }) => /has (no|a) batch form/.test(message))).toBe(true);
});

test("a value that only the batch form puts into a URL can be read there", () => {
  const { calls } = checkApi(`base_url: http://x
operations:
  op:
    method: POST
    path: /one
    effect: read
    body: { id: $params.id }
    batch: { path: /many, query: { ids: $params.ids }, params: { ids: id }, key: id }
`);
  expect(calls.get("op")?.parameters).toEqual([{ name: "id", isRequired: false, showsInUrl: true }]);
});

function engineContext(): EngineContext {
  const context = callContext();
  const { deadlineMs } = context;
  return {
    ...context,
    lateMs: deadlineMs,
    joins: new JoinTable(),
    batches: new BatchTable(),
    transaction: undefined,
    onAttempt: undefined,
  };
}

function outcome(run: RunCall, parameters: JsonObject, context: EngineContext) {
  return new Promise<unknown>((resolve) => {
    run(parameters, context, {
      succeed: ({ value }) => resolve(value),
      fail: ({ code }) => resolve(code),
    });
  });
}
