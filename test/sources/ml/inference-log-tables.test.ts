import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { startPostgres } from "../../servers/postgres.js";
import type { DatabaseServer } from "../../servers/database-server.js";
import { mlProject } from "./ml-project.js";
import { modelServer } from "./model-server.js";

const eventually = { timeout: 10_000 };

const endpoints = `
score:
  request: { query_params: { age: { type: integer } } }
  data_sources:
    - { name: score, type: ml, params: { features: { age: $request.age } } }
  response_mapping: $score
`;

/** Asks a model twice, once in vain, and answers the rows that are kept of it; then sixty times at once. */
async function recordedRows(database: string, env: Record<string, string>, files: Record<string, string>) {
  let isBroken = false;
  const server = await modelServer(() =>
    isBroken ? { status: 500 } : { body: { probability: 0.5, version: "7" } },
  );
  onTestFinished(() => server.close());
  const project = mlProject({
    source: `base_url: ${server.url}\ninference_log: { source_id: default, table: inferences }`,
    endpoints,
    env,
    files: {
      "data/.keep": "",
      "config/database.yaml": `database:
  sources: { default: { ${database} } }
  operations: { all: { query: SELECT * FROM inferences ORDER BY time } }
`,
      "config/domains/logged.yaml":
        "endpoints:\n  all: { data_sources: [{ name: all, type: database, operation: all }] }\n",
      ...files,
    },
  });
  onTestFinished(() => project.close());
  expect(project.problems).toEqual([]);
  const { app } = await project.open();
  expect((await app.inject("/orchestrator/models/score?age=7")).statusCode).toBe(200);
  isBroken = true;
  expect((await app.inject("/orchestrator/models/score?age=8")).statusCode).toBe(502);
  const rows = async () => (await app.inject("/orchestrator/logged/all")).json<Record<string, unknown>[]>();
  await expect.poll(async () => (await rows()).length, eventually).toBe(2);
  const [first, second] = await rows();
  isBroken = false;
  await Promise.all(
    Array.from({ length: 60 }, (_, age) => app.inject(`/orchestrator/models/score?age=${age}`)),
  );
  await expect.poll(async () => (await rows()).length, eventually).toBe(62);
  const later = (await rows()).slice(2).map(({ inputs }) => inputs);
  const ages = later.map(
    (each) => ((typeof each === "string" ? JSON.parse(each) : each) as { age: number }).age,
  );
  expect(ages.sort((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, age) => age));
  return [first, second];
}

const common = {
  ...{ endpoint: "models.score", step: "score", source: "ml.default", model: "default", arm: null },
  execution_id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
  duration_ms: expect.any(Number) as number,
};

test("a row for each call in a table of SQLite", async () => {
  const rows = await recordedRows(
    '"connection_string": "sqlite:///data/log.db", init_sql: data/log.sql',
    {},
    {
      "data/log.sql": `CREATE TABLE inferences (time TEXT, execution_id TEXT, endpoint TEXT, step TEXT, source TEXT,
      model TEXT, version TEXT, arm TEXT, shadow BOOLEAN, inputs TEXT, feature_times TEXT, output TEXT,
      duration_ms DOUBLE PRECISION, error TEXT);`,
    },
  );
  expect(rows).toMatchObject([
    {
      ...common,
      ...{ version: "7", shadow: false, inputs: '{"age":7}', feature_times: null, error: null },
      output: '{"probability":0.5,"version":"7"}',
    },
    { ...common, version: null, inputs: '{"age":8}', output: null, error: "MODEL_FAILED" },
  ]);
});

describe("PostgreSQL", () => {
  let server: DatabaseServer;
  beforeAll(async () => {
    server = await startPostgres();
  }, 60_000);
  afterAll(() => server.stop());

  const columns = (time: string, json: string) => `CREATE TABLE inferences (
    time ${time}, execution_id ${time === "TEXT" ? "TEXT" : "UUID"}, endpoint TEXT, step TEXT, source TEXT, model TEXT,
    version TEXT, arm TEXT, shadow BOOLEAN, inputs ${json}, feature_times ${json}, output ${json},
    duration_ms DOUBLE PRECISION, error TEXT)`;
  const keys = (database: string) =>
    server
      .source(database)
      .trim()
      .replace(/: (.*)$/, ': "$1"');

  test("a row for each call", async () => {
    await server.createDatabase("texts");
    await server.admin("texts", columns("TEXT", "TEXT"));
    const rows = await recordedRows(keys("texts"), { DB_PASSWORD: "secret-password" }, {});
    expect(rows).toMatchObject([
      {
        ...common,
        ...{ version: "7", shadow: false, inputs: '{"age":7}', feature_times: null, error: null },
        output: '{"probability":0.5,"version":"7"}',
      },
      { ...common, version: null, inputs: '{"age":8}', output: null, error: "MODEL_FAILED" },
    ]);
  });

  test("its own types for times, ids and JSON can be used", async () => {
    await server.createDatabase("types");
    await server.admin("types", columns("TIMESTAMPTZ", "JSONB"));
    const rows = await recordedRows(keys("types"), { DB_PASSWORD: "secret-password" }, {});
    expect(rows).toMatchObject([
      { ...common, inputs: { age: 7 }, feature_times: null, output: { probability: 0.5, version: "7" } },
      { ...common, inputs: { age: 8 }, output: null },
    ]);
  });
});
