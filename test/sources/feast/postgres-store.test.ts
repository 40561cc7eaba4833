import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { feastProject } from "./feast-project.js";
import { hasPostgres, privatePostgres, type PrivatePostgres } from "./private-postgres.js";
import type { SourceProject } from "../source-project.js";

const endpoints = `
one:
  path: /one
  data_sources:
    - name: stats
      type: feast
      params: { entity: { customer_id: "{{ 7 }}" }, features: [customer_stats:orders_7d, customer_stats:segment] }
  response_mapping: { orders: $stats.orders_7d }
`;

describe.runIf(hasPostgres())("a store in PostgreSQL", () => {
  let postgres: PrivatePostgres;
  let project: SourceProject;
  beforeAll(async () => {
    postgres = await privatePostgres("postgres-v3");
  }, 120_000);
  afterAll(() => postgres.stop());
  afterEach(() => project.close());

  async function open(source: string) {
    project = feastProject({
      repository: "postgres-v3",
      source: `repo_path: repo\nexpose: true\n${source}`,
      endpoints,
      env: postgres.env,
    });
    expect(project.loaded.problems).toEqual([]);
    const { app } = await project.open();
    return {
      step: async () => app.inject("/orchestrator/one"),
      exposed: async () =>
        app.inject({
          method: "POST",
          url: "/orchestrator/feast/default/get-online-features",
          headers: { "content-type": "application/json" },
          payload: { features: ["customer_stats:orders_7d"], entities: { customer_id: [7, 8, 9] } },
        }),
    };
  }

  test("an answer longer than `max_response` fails, and the connection goes on", async () => {
    const { step, exposed } = await open("max_response: 0.0625kb");
    for (const reply of [await step(), await step()]) {
      expect([reply.statusCode, reply.json<{ code: string }>().code]).toEqual([
        502,
        "SOURCE_REPLY_TOO_LARGE",
      ]);
    }
    expect((await exposed()).statusCode).toBe(502);
    await project.close();
    const { step: roomy } = await open("max_response: 64kb");
    expect((await roomy()).json()).toEqual({ orders: 3 });
  });
});
