import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { JsonObject } from "../../../src/expression/value.js";
import { feastProject } from "./feast-project.js";
import type { SourceProject } from "../source-project.js";
import { recordedCases } from "./recorded-case.js";

const endpoints = `
one:
  path: /one/{id}
  request: { path_params: { id: { type: integer } } }
  data_sources:
    - name: stats
      type: feast
      params: { entity: { customer_id: $request.id }, features: [customer_stats:orders_7d] }
  response_mapping: { value: $stats, features: $meta.stats.features }
many:
  method: POST
  path: /many
  request: { body: { type: object, properties: { rows: {} } } }
  data_sources:
    - { name: stats, type: feast, params: { entities: $request.body.rows, feature_service: svc_basic } }
types:
  path: /types
  data_sources:
    - name: types
      type: feast
      params:
        entities: "{{ [{ customer_id: 7 }, { customer_id: 8 }, { customer_id: 9 }] }}"
        features: [types_scalar:t_bytes, types_scalar:t_string, types_scalar:t_int32, types_scalar:t_int64, types_scalar:t_double, types_scalar:t_float, types_scalar:t_bool, types_scalar:t_ts]
demand:
  path: /demand
  data_sources:
    - name: demand
      type: feast
      params: { entity: { customer_id: "{{ 7 }}", discount: "{{ 10.5 }}" }, features: [discounted:spend_after_discount] }
`;

interface Asked {
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: JsonObject;
}

let server: Server;
let url: string;
let asked: Asked[];
let answer: (body: JsonObject) => readonly [status: number, body: string];
let project: SourceProject;

beforeEach(async () => {
  asked = [];
  server = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk: Buffer) => (text += chunk.toString()));
    request.on("end", () => {
      const body = JSON.parse(text) as JsonObject;
      asked.push({ url: request.url ?? "", headers: request.headers, body });
      const [status, reply] = answer(body);
      response.writeHead(status, { "content-type": "application/json" }).end(reply);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  await project.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

async function open(source = "", repository?: string) {
  project = feastProject({
    source: `url: ${url}/base\n${source}`,
    endpoints,
    repository,
    env: { FEAST_TOKEN: "s3cret" },
  });
  expect(project.loaded.problems).toEqual([]);
  const { app } = await project.open();
  return {
    app,
    get: async (path: string) => app.inject(`/orchestrator${path}`),
    post: async (path: string, payload: object) =>
      app.inject({ method: "POST", url: `/orchestrator${path}`, payload }),
  };
}

const recorded = new Map(recordedCases("sqlite-v3").map((each) => [each.name, each]));
const replay = (name: string) => () =>
  [recorded.get(name)!.status, recorded.get(name)!.responseText] as const;

describe("a feature server", () => {
  test("is asked with the whole request, and its answer is the step's value", async () => {
    answer = replay("one_feature_one_entity");
    const { get } = await open('auth: { type: bearer, token: "${FEAST_TOKEN}" }\nheaders: { x-team: shop }');
    expect((await get("/one/7")).json()).toEqual({
      value: { orders_7d: 3 },
      features: { orders_7d: { status: "present", event_timestamp: "2024-05-01T10:00:00Z" } },
    });
    expect(asked[0]).toMatchObject({
      url: "/base/get-online-features?status=true",
      headers: { authorization: "Bearer s3cret", "x-team": "shop", "content-type": "application/json" },
      body: {
        features: ["customer_stats:orders_7d"],
        entities: { customer_id: [7] },
        full_feature_names: false,
      },
    });
  });

  test("recorded answers give what the native reader gives", async () => {
    answer = replay("types_scalar");
    const remote = await open();
    const fromServer = (await remote.get("/types")).json<unknown>();
    await project.close();
    project = feastProject({
      repository: "sqlite-v3",
      source: "repo_path: repo",
      endpoints: endpoints.slice(0, endpoints.indexOf("demand:")),
    });
    const { app } = await project.open();
    expect(fromServer).toEqual((await app.inject("/orchestrator/types")).json());
  });

  test("rows of a list keep their order, also where they are asked for in parts", async () => {
    answer = ({ entities }) => {
      const ids = (entities as JsonObject)["customer_id"] as readonly number[];
      const column = (values: readonly unknown[]) => ({
        values,
        statuses: ids.map(() => "PRESENT"),
        event_timestamps: ids.map(() => "2024-05-01T10:00:00Z"),
      });
      return [
        200,
        JSON.stringify({
          metadata: { feature_names: { val: ["orders", "customer_id"] } },
          results: [column(ids.map((id) => id * 2)), column(ids)],
        }),
      ];
    };
    const { post } = await open();
    const rows = Array.from({ length: 250 }, (_, index) => ({ customer_id: index }));
    const found = (await post("/many", { rows })).json<{ orders: number }[]>();
    expect(found.map(({ orders }) => orders)).toEqual(rows.map(({ customer_id: id }) => id * 2));
    expect(
      asked.map(({ body }) => ((body["entities"] as JsonObject)["customer_id"] as unknown[]).length).sort(),
    ).toEqual([100, 100, 50]);
  });

  test("results for each row, as very old servers give them, are understood", async () => {
    answer = ({ entities }) => {
      const ids = (entities as JsonObject)["customer_id"] as readonly number[];
      const results = ids.map((id) => ({ values: [id, id * 3], statuses: ["PRESENT", "PRESENT"] }));
      return [200, JSON.stringify({ metadata: { feature_names: ["customer_id", "orders"] }, results })];
    };
    const { post } = await open();
    const ask = async (ids: readonly number[]) =>
      (await post("/many", { rows: ids.map((id) => ({ customer_id: id })) })).json<unknown>();
    expect(await ask([1, 2, 3])).toEqual([{ orders: 3 }, { orders: 6 }, { orders: 9 }]);
    expect(await ask([1, 2])).toEqual([{ orders: 3 }, { orders: 6 }]);
  });

  test("an answer without statuses, as Go's server gives it, is understood", async () => {
    answer = () => [
      200,
      '{"metadata":{"feature_names":["customer_id","orders_7d"]},"results":[{"values":[7]},{"values":[3]}]}',
    ];
    const { get } = await open();
    expect((await get("/one/7")).json()).toMatchObject({ value: { orders_7d: 3 } });
  });

  test.each([
    ["unknown_view", "FeatureViewNotFoundException"],
    ["no_features", "No features specified"],
    ["entities_field_missing", "Field required"],
  ])("the error of %s is told to the operator, not to the caller", async (name, words) => {
    answer = replay(name);
    const { get } = await open();
    const reply = await get("/one/7");
    expect([reply.statusCode, reply.json<{ code: string }>().code]).toEqual([502, "SOURCE_FAILED"]);
    expect(reply.body).not.toContain(words);
    expect(JSON.stringify(project.log)).toContain(words);
  });

  test.each([
    [503, "", 503, "SOURCE_UNAVAILABLE"],
    [500, '{"error":"boom","status_code":500}', 502, "SOURCE_FAILED"],
    [200, "not json", 502, "SOURCE_REPLY_INVALID"],
    [200, '{"metadata":{"feature_names":["a"]},"results":[]}', 502, "SOURCE_REPLY_INVALID"],
    [200, '{"metadata":{"feature_names":["other"]},"results":[{"values":[1]}]}', 502, "SOURCE_REPLY_INVALID"],
    [200, "[]", 502, "SOURCE_REPLY_INVALID"],
  ])("%s %s is %s %s", async (status, body, wanted, code) => {
    answer = () => [status, body];
    const { get } = await open();
    const reply = await get("/one/7");
    expect([reply.statusCode, reply.json<{ code: string }>().code]).toEqual([wanted, code]);
  });

  test("the online store of a repository may be a server: it answers everything, and the registry is known", async () => {
    const store = (path: string) => ({
      "repo/feature_store.yaml": `project: shop\nregistry: data/registry.db\nonline_store: { type: remote, path: ${path} }\nentity_key_serialization_version: 3\n`,
    });
    project = feastProject({
      ...{ repository: "sqlite-v3", source: "repo_path: repo", endpoints, files: store(`${url}/base`) },
    });
    expect(project.loaded.problems).toEqual([]);
    const { app } = await project.open();
    answer = () => [
      200,
      '{"metadata":{"feature_names":["customer_id","orders_7d"]},"results":[{"values":[7]},{"values":[3]}]}',
    ];
    expect((await app.inject("/orchestrator/one/7")).json()).toMatchObject({ value: { orders_7d: 3 } });
    expect(asked[0]!.url).toBe("/base/get-online-features?status=true");
    await project.close();
    project = feastProject({
      repository: "sqlite-v3",
      source: "repo_path: repo",
      files: store("features:x"),
    });
    expect(project.loaded.problems.map(({ message }) => message).join()).toContain(
      "no URL of a feature server",
    );
  });

  test("request data goes beside the entities where the server is one in Go", async () => {
    answer = () => [
      200,
      '{"metadata":{"feature_names":["customer_id","spend_after_discount"]},"results":[{"values":[7]},{"values":[109.0]}]}',
    ];
    const { get } = await open("request_context: [discount]");
    expect((await get("/demand")).json()).toEqual({ spend_after_discount: 109 });
    expect(asked[0]!.body).toMatchObject({
      entities: { customer_id: [7] },
      request_context: { discount: [10.5] },
    });
  });

  test("an API key of the source goes where it says", async () => {
    answer = replay("one_feature_one_entity");
    const { get } = await open('auth: { type: api_key, query: key, value: "${FEAST_TOKEN}" }');
    expect((await get("/one/7")).statusCode).toBe(200);
    expect(asked[0]!.url).toBe("/base/get-online-features?status=true&key=s3cret");
  });

  test("with a repository, only what needs Python goes to the server", async () => {
    answer = replay("on_demand");
    const { get, app } = await open("repo_path: repo\nexpose: true", "sqlite-v3");
    answer = () => [
      200,
      '{"metadata":{"feature_names":["customer_id","spend_after_discount"]},"results":[{"values":[7]},{"values":[109.0]}]}',
    ];
    expect((await get("/one/7")).json()).toMatchObject({ value: { orders_7d: 3 } });
    expect(asked).toEqual([]);
    expect((await get("/demand")).json()).toEqual({ spend_after_discount: 109 });
    expect(asked[0]!.body).toMatchObject({ entities: { customer_id: [7], discount: [10.5] } });
    const { body } = recorded.get("on_demand")!;
    answer = replay("on_demand");
    const reply = await app.inject({
      method: "POST",
      url: "/orchestrator/feast/default/get-online-features",
      payload: JSON.parse(body!) as object,
    });
    expect(reply.body).toBe(recorded.get("on_demand")!.responseText);
  });
});
