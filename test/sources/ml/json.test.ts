import { afterEach, expect, test } from "vitest";
import { mlProject, type MlProject } from "./ml-project.js";
import { modelServer, type Given, type ModelServer } from "./model-server.js";

let server: ModelServer | undefined;
let project: MlProject | undefined;

afterEach(async () => {
  await project?.close();
  await server?.close();
});

const endpoints = `
score:
  path: /score
  request: { query_params: { age: {}, city: {} } }
  data_sources:
    - name: score
      type: ml
      params: { features: { age: $request.age, city: $request.city } }
many:
  method: POST
  path: /many
  request: { body: { type: object, properties: { rows: {} } } }
  data_sources:
    - { name: scores, type: ml, params: { rows: $request.body.rows, parameters: { deep: true } } }
free:
  path: /free
  data_sources:
    - { name: free, type: ml, params: { tensors: { any: [1, { b: 2 }] } } }
computed:
  path: /computed
  data_sources:
    - { name: given, type: value, value: { age: old } }
    - { name: score, type: ml, params: { features: $given } }
  response_mapping: $score
`;

async function service(source: string, answer: () => Given) {
  server = await modelServer(answer);
  project = mlProject({ source: `base_url: ${server.url}/models\n${source}`, endpoints });
  expect(project.problems).toEqual([]);
  return (await project.open()).app;
}

test("one row: the features are asked about, and the answer is the step's value", async () => {
  const app = await service("inputs: [{ name: age, type: float32 }, city]\ncoerce: true", () => ({
    body: { score: 0.7, why: ["age"] },
  }));
  const reply = await app.inject({ url: "/orchestrator/score?age=41&city=Oslo" });
  expect(reply.json()).toEqual({ score: 0.7, why: ["age"] });
  const [asked] = server!.asked;
  expect(asked).toMatchObject({ method: "POST", path: "/models/predict" });
  expect(asked!.json).toEqual({ features: { age: 41, city: "Oslo" } });
  expect(asked!.headers["content-type"]).toBe("application/json");
  expect(asked!.headers["content-length"]).toBe(String(asked!.body.length));
});

test("many rows, with the parameters of the model and of the step beside them", async () => {
  const app = await service("parameters: { depth: 3, deep: false }\nendpoint: /v1/score", () => ({
    body: [1, 2],
  }));
  const rows = [{ age: 1 }, { age: 2 }];
  const reply = await app.inject({ method: "POST", url: "/orchestrator/many", payload: { rows } });
  expect(reply.json()).toEqual([1, 2]);
  expect(server!.asked[0]).toMatchObject({ path: "/models/v1/score" });
  expect(server!.asked[0]!.json).toEqual({ features: rows, depth: 3, deep: true });
});

test("tensors are the body as it is, and an empty answer is null", async () => {
  const app = await service("", () => ({ status: 204 }));
  const reply = await app.inject({ url: "/orchestrator/free" });
  expect([reply.statusCode, reply.body]).toEqual([404, expect.stringContaining("NOT_FOUND")]);
  expect(server!.asked[0]!.json).toEqual({ any: [1, { b: 2 }] });
});

test("a feature that does not fit is the caller's fault where it is the caller's value", async () => {
  const app = await service("inputs: [{ name: age, type: float32 }, city]", () => ({ body: {} }));
  const reply = await app.inject({ url: "/orchestrator/score?age=old&city=Oslo" });
  expect(reply.statusCode).toBe(400);
  expect(reply.json()).toMatchObject({
    code: "FEATURE_INVALID",
    detail: 'The feature "features.age" cannot be used: expected a number, got text.',
  });
  const missing = await app.inject({ url: "/orchestrator/score?age=1" });
  expect(missing.statusCode).toBe(400);
  const computed = await app.inject({ url: "/orchestrator/computed" });
  expect([computed.statusCode, computed.json()["code"]]).toEqual([502, "FEATURE_INVALID"]);
  expect(server!.asked).toEqual([]);
});

test.each([
  [400, {}, "MODEL_BAD_REQUEST", 502],
  [422, {}, "MODEL_BAD_REQUEST", 502],
  [401, {}, "MODEL_UNAUTHORIZED", 502],
  [403, {}, "MODEL_UNAUTHORIZED", 502],
  [404, {}, "MODEL_NOT_FOUND", 502],
  [408, {}, "MODEL_TIMED_OUT", 504],
  [429, { "retry-after": "7" }, "MODEL_OVERLOADED", 503],
  [500, {}, "MODEL_FAILED", 502],
  [501, {}, "MODEL_UNSUPPORTED", 502],
  [503, {}, "MODEL_NOT_READY", 503],
  [503, { "retry-after": "7" }, "MODEL_OVERLOADED", 503],
  [504, {}, "MODEL_TIMED_OUT", 504],
  [307, { location: "/predict/" }, "MODEL_FAILED", 502],
])("a status %i %j is %s", async (status, headers, code, ours) => {
  const app = await service("", () => ({ status, headers, body: { error: "age 41 of Ada" } }));
  const reply = await app.inject({ url: "/orchestrator/free" });
  expect([reply.statusCode, reply.json()["code"]]).toEqual([ours, code]);
  expect(reply.body).not.toContain("Ada");
  expect(reply.headers["retry-after"]).toBe((headers as Record<string, string>)["retry-after"]);
  expect(project!.log).toContainEqual(expect.objectContaining({ status, code, reason: "age 41 of Ada" }));
});

test("with `pass_client_errors` what the model refuses is the caller's 400", async () => {
  const app = await service("pass_client_errors: true", () => ({ status: 422, body: "no" }));
  const reply = await app.inject({ url: "/orchestrator/free" });
  expect([reply.statusCode, reply.json()["code"]]).toEqual([400, "MODEL_BAD_REQUEST"]);
});

test("an answer that is not JSON", async () => {
  const app = await service("", () => ({ body: "<html>" }));
  const reply = await app.inject({ url: "/orchestrator/free" });
  expect([reply.statusCode, reply.json()["code"]]).toEqual([502, "MODEL_BAD_RESPONSE"]);
});

test("numbers that JSON lacks are null, and stay text in texts; big integers are text", async () => {
  const body = '{"a": [NaN, -Infinity, 1.5, nan, -inf], "b": "NaN, \\" Infinity", "c": 9007199254740993}';
  const app = await service("", () => ({ body }));
  expect((await app.inject({ url: "/orchestrator/free" })).json()).toEqual({
    a: [null, null, 1.5, null, null],
    b: 'NaN, " Infinity',
    c: "9007199254740993",
  });
});
