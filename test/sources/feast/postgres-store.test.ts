import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { PostgresClient } from "../../../src/sources/feast/online/postgres-client.js";
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
  let project: SourceProject | undefined;
  beforeAll(async () => {
    postgres = await privatePostgres("postgres-v3");
  }, 120_000);
  afterAll(() => postgres.stop());
  afterEach(() => project?.close());

  async function open(source: string) {
    const opened = feastProject({
      repository: "postgres-v3",
      source: `repo_path: repo\nexpose: true\n${source}`,
      endpoints,
      env: postgres.env,
    });
    project = opened;
    expect(opened.loaded.problems).toEqual([]);
    const { app } = await opened.open();
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
    await project?.close();
    const { step: roomy } = await open("max_response: 64kb");
    expect((await roomy()).json()).toEqual({ orders: 3 });
  });

  test("an answer that does not come ends its connection, and the next query has another", async () => {
    const client = new PostgresClient({
      settings: {
        host: "127.0.0.1",
        port: Number(postgres.env["FEAST_PG_PORT"]),
        database: postgres.env["FEAST_PG_DATABASE"]!,
        user: postgres.env["FEAST_PG_USER"]!,
        password: postgres.env["FEAST_PG_PASSWORD"]!,
        schemas: ["public"],
        ...{ sslMode: "disable", sslKeyFile: undefined, sslCertFile: undefined, sslRootFile: undefined },
        maxConnections: 1,
      },
      ...{ folder: ".", maxBytes: 1_024, answerTimeoutMs: 300, log: () => undefined },
    });
    const process = async () =>
      (await client.query<{ id: number }>("SELECT pg_backend_pid() AS id", []))[0]!.id;
    const before = await process();
    await expect(client.query("SELECT pg_sleep(30)", [])).rejects.toMatchObject({ code: "SOURCE_TIMED_OUT" });
    expect(await process()).not.toBe(before);
    await client.close();
  });
});
