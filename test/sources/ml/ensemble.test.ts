import { expect, onTestFinished, test } from "vitest";
import type { CombineRule } from "../../../src/contracts/source.js";
import type { JsonValue } from "../../../src/expression/value.js";
import { combineValues } from "../../../src/sources/ml/ensemble/combine-values.js";
import { mlProject, type MlProject } from "./ml-project.js";
import { modelServer, type Given } from "./model-server.js";

const members = (values: readonly JsonValue[], weights: readonly number[] = []) =>
  values.map((value, index) => ({ name: `m${index}`, weight: weights[index] ?? 1, value }));

const rows: readonly (readonly [CombineRule, readonly JsonValue[], readonly number[], JsonValue])[] = [
  ["mean", [{ prediction: 1 }, { prediction: 4 }], [], { prediction: 2.5 }],
  ["weighted_mean", [{ prediction: 1 }, { prediction: 4 }], [2, 1], { prediction: 2 }],
  ["weighted_mean", [{ prediction: 1 }, { prediction: 4 }], [0, 0], { prediction: 2.5 }],
  ["median", [{ prediction: 9 }, { prediction: 1 }, { prediction: 2 }], [], { prediction: 2 }],
  ["median", [{ prediction: 9 }, { prediction: 1 }], [], { prediction: 5 }],
  ["max", [{ prediction: 1 }, { prediction: 4 }], [], { prediction: 4 }],
  ["min", [{ prediction: 1 }, { prediction: 4 }], [], { prediction: 1 }],
  ["mean", [{ prediction: [1, 2] }, { prediction: [3, 6] }], [], { prediction: [2, 4] }],
  [
    "mean",
    [
      { prediction: 1, model: "a", version: "1" },
      { prediction: 3, model: "b" },
    ],
    [],
    { prediction: 2 },
  ],
  [
    "mean",
    [{ predictions: [{ prediction: 1 }] }, { predictions: [{ prediction: 2 }] }],
    [],
    { predictions: [{ prediction: 1.5 }] },
  ],
  ["mean", [{ prediction: null }, { prediction: 4 }], [], { prediction: 4 }],
  [
    "mean",
    [
      { score: 1, note: "a" },
      { score: 3, note: "a" },
    ],
    [],
    { score: 2, note: "a" },
  ],
  [
    "vote",
    [
      { prediction: "a", label: "a" },
      { prediction: "b", label: "b" },
      { prediction: "b", label: "b" },
    ],
    [],
    { prediction: "b", label: "b" },
  ],
  [
    "vote",
    [
      { prediction: "a", label: "a" },
      { prediction: "b", label: "b" },
    ],
    [1, 2],
    { prediction: "b", label: "b" },
  ],
  [
    "vote",
    [
      { prediction: "a", label: "a" },
      { prediction: "b", label: "b" },
    ],
    [],
    { prediction: "a", label: "a" },
  ],
  ["vote", [{ prediction: 0 }, { prediction: 1 }, { prediction: 1 }], [], { prediction: 1 }],
  [
    "object",
    [{ prediction: 1, model: "a" }, { prediction: 2 }],
    [],
    { m0: { prediction: 1, model: "a" }, m1: { prediction: 2 } },
  ],
];

test.each(rows)("%s of %j with weights %j", (rule, values, weights, expected) => {
  expect(combineValues(rule, members(values, weights))).toEqual(expected);
});

test("the label of a classifier is that of the combined probabilities, not the mean of labels", () => {
  const classifier = (yes: number) => ({
    ...{ prediction: yes > 0.5 ? 1 : 0, label: yes > 0.5 ? 1 : 0, probability: yes },
    probabilities: { "0": 1 - yes, "1": yes },
  });
  const value = combineValues("mean", members([classifier(0.75), classifier(0.5), classifier(0.5)]));
  expect(value).toMatchObject({ prediction: 1, label: 1 });
  expect((value as { probability: number }).probability).toBeCloseTo(0.5833333, 6);
});

test("answers of different forms are no answer", () => {
  const different = members([{ prediction: [1, 2] }, { prediction: [1] }]);
  expect(() => combineValues("mean", different)).toThrow(
    expect.objectContaining({ code: "MODEL_BAD_RESPONSE" }),
  );
  const kinds = members([{ prediction: 1 }, { prediction: "a" }]);
  expect(() => combineValues("max", kinds)).toThrow(expect.objectContaining({ code: "MODEL_BAD_RESPONSE" }));
});

async function ensembleProject(answer: (path: string) => Given, ensemble: string, step = "") {
  const server = await modelServer(({ path }) => answer(path));
  onTestFinished(() => server.close());
  const project = mlProject({
    source: `base_url: ${server.url}\nmodels: { a: { endpoint: /a }, b: { endpoint: /b }, c: { endpoint: /c } }`,
    endpoints: `
score:
  request: { query_params: { age: { type: integer } } }
  timeout: 3s
  data_sources:
    - name: score
      type: ml
      params: { features: { age: $request.age } }
      ensemble: ${ensemble}
      ${step}
  response_mapping: $score
`,
  });
  onTestFinished(() => project.close());
  expect(project.problems).toEqual([]);
  return { server, project, ...(await project.open()) };
}

const ask = async (app: Awaited<ReturnType<MlProject["open"]>>["app"]) => {
  const { statusCode, body, headers } = await app.inject({
    url: "/orchestrator/models/score?age=7",
    method: "GET",
  });
  return {
    status: statusCode,
    body: JSON.parse(body) as unknown,
    complete: headers["x-orchestrator-complete"],
  };
};

const scores: Record<string, number> = { "/a": 1, "/b": 3, "/c": 8 };

test("all members are asked the same at a time, and their answers become one", async () => {
  const { server, app } = await ensembleProject(
    (path) => ({ body: { score: scores[path] }, afterMs: 1_200 }),
    "{ members: [{ operation: a, weight: 2 }, { operation: b }, { operation: c }], combine: weighted_mean }",
  );
  // One after the other would take longer than the endpoint may.
  expect(await ask(app)).toMatchObject({ status: 200, body: { score: 3.25 } });
  expect(server.asked.map(({ path }) => path).sort()).toEqual(["/a", "/b", "/c"]);
  expect(new Set(server.asked.map(({ body }) => body.toString())).size).toBe(1);
});

const failing = (path: string): Given =>
  path === "/b" ? { status: 500, body: {} } : { body: { score: scores[path] } };

test("a member that fails is left out, and the reply is complete", async () => {
  const { app } = await ensembleProject(
    failing,
    "{ members: [{ operation: a }, { operation: b }, { operation: c }] }",
  );
  expect(await ask(app)).toEqual({ status: 200, body: { score: 4.5 }, complete: "true" });
});

test("one that is required fails the step, and the others are given up", async () => {
  const { app } = await ensembleProject(
    (path) => (path === "/b" ? failing(path) : { ...failing(path), afterMs: 2_500 }),
    "{ members: [{ operation: a }, { operation: b, required: true }] }",
  );
  const startedMs = performance.now();
  expect(await ask(app)).toMatchObject({ status: 502, body: { code: "MODEL_FAILED" } });
  expect(performance.now() - startedMs).toBeLessThan(2_000);
});

test("where all fail, the step fails as the first of them", async () => {
  const { app } = await ensembleProject(
    (path) => (path === "/b" ? { status: 500, body: {}, afterMs: 200 } : { status: 404, body: {} }),
    "{ members: [{ operation: a }, { operation: b }] }",
  );
  expect(await ask(app)).toMatchObject({ status: 502, body: { code: "MODEL_NOT_FOUND" } });
});

test("the fallback of the step stands for the whole ensemble", async () => {
  const { app } = await ensembleProject(
    () => ({ status: 500, body: {} }),
    "{ members: [{ operation: a }, { operation: b }] }",
    "on_error: { value: { score: 0 } }",
  );
  expect(await ask(app)).toEqual({ status: 200, body: { score: 0 }, complete: "false" });
});

test.each([
  ["no members", "ensemble: { members: [] }", ["7:21 CONFIG_VALUE_INVALID"]],
  [
    "a model twice",
    "ensemble: { members: [{ operation: a }, { operation: a }] }",
    ["7:62 TRAFFIC_CALL_REPEATED"],
  ],
  ["a model that is not there", "ensemble: { members: [{ operation: x }] }", ["7:44 OPERATION_UNKNOWN"]],
  [
    "traffic besides",
    "ensemble: { members: [{ operation: a }] }\n      traffic: { arms: [{ operation: b, weight: 1 }] }",
    ["8:9 STEP_KEY_MISPLACED"],
  ],
])("%s is a problem of check", (_title, keys, problems) => {
  const project = mlProject({
    source: "base_url: http://a\nmodels: { a: {}, b: {} }",
    endpoints: `
score:
  data_sources:
    - name: score
      type: ml
      params: { features: {} }
      ${keys}
`,
  });
  onTestFinished(() => project.close());
  expect(project.problems).toEqual(problems.map((problem) => `models.yaml:${problem}`));
});
