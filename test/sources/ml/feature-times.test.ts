import { cpSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { App } from "../../../src/server/assemble-app.js";
import { fixtures } from "../feast/feast-project.js";
import { indented, sourceProject, type SourceProject } from "../source-project.js";
import { modelServer, type ModelServer } from "./model-server.js";

const ofOrders = "2024-05-01T10:00:00Z";
const ofNickname = "2024-03-01T00:00:00Z";

const one =
  "entity: { customer_id: '{{ 7 }}' }, features: [customer_stats:orders_7d, customer_profile:nickname]";
const two =
  "entities: [{ customer_id: 7 }, { customer_id: 404 }], features: [customer_stats:orders_7d, customer_profile:nickname]";
const times = { orders_7d: ofOrders, nickname: ofNickname };

/** What a step gives a model, and the times that are recorded of it. */
const cases: readonly (readonly [title: string, params: string, recorded: unknown])[] = [
  ["features by name", "{ features: { orders: $one.orders_7d, age: $request.age } }", { orders: ofOrders }],
  [
    "a feature of several is as old as the oldest",
    "{ features: { x: '{{ $one.orders_7d + $one.nickname.length }}' } }",
    { x: ofNickname },
  ],
  ["all features of a step", "{ features: $one }", times],
  ["features laid over others", "{ features: '{{ merge({ age: 3 }, $one) }}' }", times],
  ["one of many rows", "{ features: '{{ $two[0] }}' }", times],
  ["rows of many", "{ rows: $two }", [times, null]],
  ["rows of a step that runs for each item", "{ rows: $each }", [{ orders_7d: ofOrders }, null]],
  [
    "rows written out",
    "{ rows: [{ a: $one.orders_7d }, { a: $request.age }, '{{ $two[0] }}'] }",
    [{ a: ofOrders }, null, times],
  ],
  ["hidden ones", "{ features: { secret: $one.orders_7d } }", { secret: "[redacted]" }],
  ["nothing of a feature store", "{ features: { age: $request.age } }", null],
  ["nothing that was found", "{ features: '{{ $two[1] }}' }", null],
  ["no features", "{ tensors: { orders: $one.orders_7d } }", null],
];

const steps = {
  one: `{ name: one, type: feast, params: { ${one} } }`,
  two: `{ name: two, type: feast, params: { ${two} } }`,
  each: `{ name: each, type: feast, for_each: "{{ [7, 404] }}", params: { entity: { customer_id: $item }, features: [customer_stats:orders_7d] } }`,
};

const endpoint = (params: string, index: number) => `
score${index}:
  request: { query_params: { age: { type: integer, default: 3 } } }
  data_sources:
${Object.entries(steps)
  .filter(([name]) => params.includes(`$${name}`))
  .map(([, step]) => `    - ${step}\n`)
  .join("")}    - { name: score, type: ml, params: ${params} }
  response_mapping: $score
`;

let server: ModelServer;
let project: SourceProject;
let app: App;

beforeAll(async () => {
  server = await modelServer(() => ({ body: { probability: 0.5 } }));
  const source = `base_url: ${server.url}\nmissing: zero\ninference_log: { file: logs/inference.ndjson, redact: [secret] }`;
  const files = {
    "config/config.yaml": "app: { name: Models }\n",
    "config/integrations/feast_config.yaml": "feast:\n  sources:\n    default: { repo_path: repo }\n",
    "config/integrations/ml_config.yaml": `ml:\n  sources:\n    default:\n${indented(source, 6)}\n`,
    "config/domains/models.yaml": `endpoints:\n${indented(cases.map(([, params], index) => endpoint(params, index)).join(""), 2)}`,
  };
  project = sourceProject(files, {}, (folder) => {
    cpSync(join(fixtures, "sqlite-v3"), join(folder, "repo"), { recursive: true });
  });
  expect(project.loaded.problems).toEqual([]);
  ({ app } = await project.open());
});
afterAll(async () => {
  await project.close();
  await server.close();
});

test.each(cases.map(([title, , recorded], index) => [title, recorded, index] as const))(
  "%s",
  async (_title, recorded, index) => {
    const reply = await app.inject(`/orchestrator/models/score${index}`);
    expect(reply.json()).toEqual({ probability: 0.5 });
    const record = await expect
      .poll(() => recordOf(`models.score${index}`), { timeout: 10_000 })
      .toBeDefined()
      .then(() => recordOf(`models.score${index}`));
    expect(record!["feature_times"]).toEqual(recorded);
  },
);

function recordOf(endpointId: string): Record<string, unknown> | undefined {
  const path = join(project.folder, "logs/inference.ndjson");
  if (!existsSync(path)) return undefined;
  const lines = readFileSync(path, "utf8").trim().split("\n");
  return lines
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .find((record) => record["endpoint"] === endpointId);
}
