import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { JsonObject } from "../../../src/expression/value.js";
import type { App } from "../../../src/server/assemble-app.js";
import { feastProject } from "./feast-project.js";
import type { SourceProject } from "../source-project.js";
import { onRecordedServers } from "./recorded-servers.js";

const endpoints = `
one:
  method: POST
  path: /one
  request: { body: { type: object, properties: { id: {} } } }
  data_sources:
    - name: stats
      type: feast
      params:
        entity: { customer_id: $request.body.id }
        features: [customer_stats:orders_7d, customer_profile:nickname, customer_stats:segment]
  response_mapping:
    value: $stats
    meta: $meta.stats
many:
  method: POST
  path: /many
  request: { body: { type: object, properties: { rows: {} } } }
  data_sources:
    - name: stats
      type: feast
      params: { entities: $request.body.rows, feature_service: svc_basic, full_feature_names: true }
each:
  method: POST
  path: /each
  request: { body: { type: object, properties: { ids: {} } } }
  data_sources:
    - name: stats
      type: feast
      for_each: $request.body.ids
      params: { entity: { customer_id: $item }, features: [customer_stats:orders_7d] }
sides:
  path: /sides
  data_sources:
    - name: sides
      type: feast
      params:
        entity: { buyer_id: "{{ 7 }}", seller_id: "{{ 8 }}", customer_id: "{{ 2100 }}" }
        feature_service: svc_alias
        full_feature_names: true
types:
  path: /types/{id}
  request: { path_params: { id: { type: integer } } }
  data_sources:
    - name: types
      type: feast
      params: { entity: { customer_id: $request.id }, feature_service: svc_types }
global:
  path: /global
  data_sources:
    - { name: rates, type: feast, params: { entity: {}, features: [global_rates:usd_eur, global_rates:revision] } }
vector:
  path: /vector
  data_sources:
    - name: vector
      type: feast
      params: { entity: { customer_id: "{{ 7 }}" }, feature_service: svc_vector }
own_service:
  path: /own-service
  data_sources:
    - name: own
      type: feast
      params: { entity: { customer_id: "{{ 7 }}" }, feature_service: mine }
fresh:
  path: /fresh/{id}
  request: { path_params: { id: { type: integer } } }
  data_sources:
    - name: stats
      type: feast
      max_age: 1h
      params: { entity: { customer_id: $request.id }, features: [customer_stats:orders_7d] }
  response_mapping: { value: $stats, meta: $meta.stats.features }
strict:
  path: /strict/{id}
  request: { path_params: { id: { type: integer } } }
  data_sources:
    - name: stats
      type: feast
      max_age: { is: 1h, else: fail }
      params: { entity: { customer_id: $request.id }, features: [customer_stats:orders_7d] }
`;

const source = `
repo_path: repo
feature_services:
  mine: { features: [customer_stats:spend_30d] }
`;

function steps(repository: string, env: () => Readonly<Record<string, string>>): void {
  describe(`${repository}: features as steps`, () => {
    let project: SourceProject;
    let app: App;
    beforeAll(async () => {
      project = feastProject({ repository, source, endpoints, env: env() });
      expect(project.loaded.problems).toEqual([]);
      ({ app } = await project.open());
    });
    afterAll(() => project.close());
    const post = async (path: string, payload: object) =>
      (await app.inject({ method: "POST", url: `/orchestrator${path}`, payload })).json<JsonObject>();
    const get = async (path: string) => (await app.inject(`/orchestrator${path}`)).json<JsonObject>();

    test("one entity gives one object, in the order asked for, and $meta says how fresh it is", async () => {
      const { value, meta } = (await post("/one", { id: 7 })) as { value: JsonObject; meta: JsonObject };
      expect(Object.entries(value)).toEqual([
        ["orders_7d", 3],
        ["nickname", "Zoë"],
        ["segment", "gold"],
      ]);
      expect(meta).toMatchObject({
        status: "ok",
        features: {
          orders_7d: { status: "outside_max_age", event_timestamp: "2024-05-01T10:00:00Z" },
          nickname: { status: "present", event_timestamp: "2024-03-01T00:00:00Z" },
        },
      });
      const oldest = Date.now() / 1_000 - Date.parse("2024-03-01T00:00:00Z") / 1_000;
      expect(Math.abs((meta["age"] as number) - oldest)).toBeLessThan(60);
    });

    test("what is not there is null, whatever the store", async () => {
      expect(await post("/one", { id: 404 })).toMatchObject({
        value: { orders_7d: null, nickname: null, segment: null },
        meta: { features: { orders_7d: { status: "not_found", event_timestamp: null } }, age: null },
      });
      expect(await post("/one", { id: 9 })).toMatchObject({
        value: { orders_7d: null, nickname: null },
        meta: { features: { orders_7d: { status: "null" } } },
      });
    });

    test("a list of entities gives a list", async () => {
      const value = await post("/many", {
        rows: [{ customer_id: 8 }, { customer_id: 404 }, { customer_id: "7" }, { customer_id: 8 }],
      });
      const of8 = {
        customer_stats__orders_7d: 0,
        customer_stats__spend_30d: 0,
        customer_profile__nickname: "",
      };
      expect(value).toMatchObject([
        of8,
        { customer_stats__orders_7d: null },
        { customer_stats__orders_7d: 3 },
        of8,
      ]);
      expect(await post("/many", { rows: [] })).toEqual([]);
    });

    test("items of a for_each are read together", async () => {
      const ids = Array.from({ length: 40 }, (_, index) => 7 + (index % 3));
      const found = (await post("/each", { ids })) as unknown as JsonObject[];
      expect(found.map((each) => each["orders_7d"])).toEqual(ids.map((id) => ({ 7: 3, 8: 0, 9: null })[id]));
    });

    test("an alias takes its own key, the plain one stays with the others", async () => {
      expect(await get("/sides")).toMatchObject({
        buyer_stats__orders_7d: 3,
        seller_stats__orders_7d: 0,
        customer_profile__nickname: expect.anything() as unknown,
      });
    });

    test("a missing key, and one that is none, are the caller's fault", async () => {
      const ask = async (id: unknown) => {
        const reply = await app.inject({
          method: "POST",
          url: "/orchestrator/one",
          payload: { id } as object,
        });
        return [reply.statusCode, reply.json<{ code: string }>().code];
      };
      expect(await ask(null)).toEqual([400, "PARAMETER_NULL"]);
      expect(await ask("seven")).toEqual([400, "PARAMETER_INVALID"]);
      expect(await ask(7.5)).toEqual([400, "PARAMETER_INVALID"]);
      expect(await ask({})).toEqual([400, "PARAMETER_INVALID"]);
      const reply = await app.inject({
        method: "POST",
        url: "/orchestrator/many",
        payload: { rows: [{ customer_id: 7 }, {}] },
      });
      expect([reply.statusCode, reply.json<{ code: string }>().code]).toEqual([400, "PARAMETER_NULL"]);
    });

    test("every type has its JSON form", async () => {
      expect(await get("/types/7")).toMatchObject({
        t_bytes: "AP8QcmF3",
        t_string: "text",
        t_int32: -2147483648,
        t_int64: "9007199254740993",
        t_float: 0.10000000149011612,
        t_bool: true,
        t_ts: 1714557600,
        l_int64: [1, "-9007199254740993", "9223372036854775807"],
        s_float: [0.25],
        n_map: { a: 1, n: 0.5, x: null, ü: "two" },
        n_value_list: [[1, 2], [], null],
      });
      expect(await get("/types/10")).toMatchObject({ t_double: null, l_double: [null, 1, null], t_ts: null });
    });

    test("views without entities need no key", async () => {
      expect(await get("/global")).toEqual({ usd_eur: 0.9345, revision: 17 });
    });

    test("a precomputed service is read view by view, so it is there whatever was computed", async () => {
      expect(await get("/vector")).toEqual({ orders_7d: 3, spend_30d: 119.5, items: 4 });
    });

    test("services of the configuration", async () => {
      expect(await get("/own-service")).toEqual({ spend_30d: 119.5 });
    });

    test("max_age makes older values null, or fails the step", async () => {
      expect(await get("/fresh/7")).toMatchObject({
        value: { orders_7d: null },
        meta: { orders_7d: { status: "outside_max_age" } },
      });
      expect(await get("/fresh/2100")).toMatchObject({ value: { orders_7d: 1 } });
      const reply = await app.inject("/orchestrator/strict/7");
      expect([reply.statusCode, reply.json<{ code: string }>().code]).toEqual([502, "FEATURE_TOO_OLD"]);
    });
  });
}

steps("sqlite-v3", () => ({}));

onRecordedServers(["redis-v3"], steps);
