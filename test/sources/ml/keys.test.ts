import { afterEach, expect, test } from "vitest";
import type { JsonValue } from "../../../src/expression/value.js";
import { mlProject, type MlProject } from "./ml-project.js";
import { modelServer, type Given, type ModelServer } from "./model-server.js";

let server: ModelServer | undefined;
let project: MlProject | undefined;

afterEach(async () => {
  await project?.close();
  await server?.close();
});

/** One call of a model with a feature `age`: the status and value of the reply, and what the model was asked. */
async function called(source: string, age: JsonValue, answer: Given) {
  server = await modelServer(({ method }) => (method === "GET" ? { status: 501 } : answer));
  project = mlProject({
    source: `base_url: ${server.url}\n${source}`,
    endpoints: `
score:
  method: POST
  request: { body: { type: object, properties: { age: {} } } }
  data_sources: [{ name: score, type: ml, params: { features: $request.body } }]
  response_mapping: $score
`,
  });
  expect(project.problems).toEqual([]);
  const { app } = await project.open();
  const payload = age === undefined ? {} : { age };
  const reply = await app.inject({ method: "POST", url: "/orchestrator/models/score", payload });
  const body = reply.json<Record<string, unknown>>();
  return { status: reply.statusCode, value: body["code"] ?? body, asked: server.asked.at(-1) };
}

const rows =
  "protocol: sagemaker\nrequest_format: csv\ninputs: [{ name: age }, { name: orders, default: 7 }]";
const scored = { body: { predictions: [0.5] } };

test.each([
  ["", 400, undefined],
  ["missing: error", 400, undefined],
  ["missing: default", 400, undefined],
  ["missing: zero", 200, "0,7\n"],
  ["missing: nan", 200, ",7\n"],
])("a feature that is null, with %j", async (keys, status, sent) => {
  const found = await called(`${rows}\n${keys}`, null, scored);
  expect([found.status, found.asked?.body.toString()]).toEqual([status, sent]);
});

const tensor = (datatype: string, data: string) =>
  `{"outputs":[{"name":"id","datatype":"${datatype}","shape":[1,1],"data":[${data}]}]}`;

test.each([
  ["", "5", 5],
  ["int64: number", "5", 5],
  ["int64: string", "5", "5"],
  ["int64: number", "9007199254740993", "9007199254740993"],
])("64-bit integers with %j: %s", async (keys, sent, prediction) => {
  const found = await called(`protocol: open_inference\n${keys}`, 3, { body: tensor("INT64", sent) });
  expect(found.value).toEqual({ prediction });
});

test.each([
  ["", "FP64"],
  ["dtypes: { age: int32 }", "INT32"],
  ["inputs: [{ name: age, type: float32 }]\ndtypes: { age: int32 }", "FP32"],
])("the type of a feature with %j", async (keys, datatype) => {
  const found = await called(`protocol: open_inference\n${keys}`, 3, { body: tensor("FP32", "1") });
  expect(found.asked!.json).toMatchObject({ inputs: [{ datatype, data: [3] }] });
});

test("a type by name converts, and refuses what does not fit", async () => {
  const found = await called("protocol: open_inference\ndtypes: { age: int32 }", 3.5, {});
  expect([found.status, found.value]).toEqual([400, "FEATURE_INVALID"]);
});

test.each([
  ["", { age: 3 }],
  ["arg: people", { people: [{ age: 3 }] }],
  ["arg: people\ninputs: [age]", { people: [[3]] }],
])("the arguments of BentoML with %j", async (keys, asked) => {
  const found = await called(`protocol: bentoml\n${keys}`, 3, { body: [1] });
  expect(found.asked!.json).toEqual(asked);
});

test("an answer beyond `max_response` is refused", async () => {
  const found = await called("max_response: 1kb", 3, { body: { text: "x".repeat(2_000) } });
  expect([found.status, found.value]).toEqual([502, "SOURCE_REPLY_TOO_LARGE"]);
});
