import { afterEach, describe, expect, test } from "vitest";
import type { JsonObject } from "../../../src/expression/value.js";
import { projectsOf } from "../../templates/documented-files.js";
import { mlProject, type MlProject } from "./ml-project.js";
import { modelServer, type Asked, type Given, type ModelServer } from "./model-server.js";

let server: ModelServer | undefined;
let project: MlProject | undefined;

afterEach(async () => {
  await project?.close();
  await server?.close();
});

/** What is asked and answered when one step asks a model. `params` are YAML in one line. */
async function ask(
  source: string,
  params: string,
  answer: (asked: Asked) => Given,
  body: JsonObject = {},
): Promise<{ readonly status: number; readonly value: JsonObject }> {
  server = await modelServer(answer);
  project = mlProject({
    source: `base_url: ${server.url}\n${source}`,
    endpoints: `
ask:
  method: POST
  path: /ask
  request: { body: { type: object, properties: { rows: {}, row: {} } } }
  data_sources:
    - { name: it, type: ml, params: ${params} }
`,
  });
  expect(project.problems).toEqual([]);
  const { app } = await project.open();
  const reply = await app.inject({ method: "POST", url: "/orchestrator/ask", payload: body });
  return { status: reply.statusCode, value: reply.json() };
}

const rows = [
  { b: 2, a: 1.5 },
  { a: 3, b: 4 },
];

describe("open_inference", () => {
  const declared = (inputs: readonly unknown[]) => ({ body: { name: "default", inputs, outputs: [] } });
  const matrix = declared([{ name: "x", datatype: "FP32", shape: [-1, 2] }]);
  const classified = (count: number) => ({
    body: {
      model_name: "default",
      model_version: "7",
      outputs: [
        { name: "label", datatype: "INT64", shape: [count], data: Array.from({ length: count }, () => 1) },
        {
          name: "probabilities",
          datatype: "FP32",
          shape: [count, 2],
          data: Array.from({ length: count }, () => [0.25, 0.75]),
        },
      ],
    },
  });
  const answer = (inputs: Given, count: number) => (asked: Asked) =>
    asked.method === "GET" ? inputs : classified(count);

  test("a matrix, whose name and type the model declares", async () => {
    const { value } = await ask(
      "protocol: open_inference\ninputs: [a, b]",
      "{ rows: $request.body.rows }",
      answer(matrix, 2),
      { rows },
    );
    expect(value).toMatchObject({
      predictions: [{ prediction: 1, label: 1, probability: 0.75 }, {}],
      model: "default",
      version: "7",
    });
    const [metadata, asked] = server!.asked;
    expect(metadata!.path).toBe("/v2/models/default");
    expect(asked!.json).toEqual({
      inputs: [{ name: "x", datatype: "FP32", shape: [2, 2], data: [1.5, 2, 3, 4] }],
    });
  });

  test("the declaration is asked for once, also by many at the same time", async () => {
    await ask(
      "protocol: open_inference\ninputs: [a, b]",
      "{ features: $request.body.row }",
      answer(matrix, 1),
      { row: rows[0]! },
    );
    const { app } = await project!.open();
    await Promise.all(
      [1, 2, 3].map(() =>
        app.inject({ method: "POST", url: "/orchestrator/ask", payload: { row: rows[1]! } }),
      ),
    );
    expect(server!.asked.filter(({ method }) => method === "GET").length).toBeLessThanOrEqual(2);
  });

  test("columns, which the model declares with their types", async () => {
    const columns = declared([
      { name: "a", datatype: "FP64", shape: [-1, 1] },
      { name: "b", datatype: "BYTES", shape: [-1] },
    ]);
    const row = { b: "Oslo", a: 1.5, c: 9 };
    const { value } = await ask(
      "protocol: open_inference",
      "{ features: $request.body.row }",
      answer(columns, 1),
      { row },
    );
    expect(value["probabilities"]).toEqual({ 0: 0.25, 1: 0.75 });
    expect(server!.asked[1]!.json).toEqual({
      inputs: [
        { name: "a", datatype: "FP64", shape: [1, 1], data: [1.5] },
        { name: "b", datatype: "BYTES", shape: [1], data: ["Oslo"] },
      ],
    });
  });

  test("a value that does not fit the declared type is refused before it is sent", async () => {
    const bytes = declared([{ name: "x", datatype: "UINT8", shape: [-1, 1] }]);
    const { status, value } = await ask(
      "protocol: open_inference",
      "{ features: $request.body.row }",
      answer(bytes, 1),
      { row: { x: 256 } },
    );
    expect([status, value["code"]]).toEqual([400, "FEATURE_INVALID"]);
    expect(server!.asked).toHaveLength(1);
  });

  test("with `binary` the same tensors are bytes", async () => {
    await ask(
      "protocol: open_inference\nbinary: true\ninputs: { x: [{ name: a, type: float32 }, { name: b, type: float32 }], city: [{ name: c, type: string }] }",
      "{ features: $request.body.row }",
      () => classified(1),
      { row: { a: 1.5, b: 2, c: "Oslo" } },
    );
    const [asked] = server!.asked;
    const length = Number(asked!.headers["inference-header-content-length"]);
    expect(JSON.parse(asked!.body.subarray(0, length).toString())).toEqual({
      parameters: { binary_data_output: true },
      inputs: [
        { name: "x", datatype: "FP32", shape: [1, 2], parameters: { binary_data_size: 8 } },
        { name: "city", datatype: "BYTES", shape: [1, 1], parameters: { binary_data_size: 8 } },
      ],
    });
    expect(asked!.body.subarray(length).toString("hex")).toBe("0000c03f00000040040000004f736c6f");
  });

  test("as many predictions as rows, else the answer cannot be used", async () => {
    const { status, value } = await ask(
      "protocol: open_inference\ninputs: [a, b]",
      "{ rows: $request.body.rows }",
      answer(matrix, 3),
      { rows },
    );
    expect([status, value["code"]]).toEqual([502, "MODEL_BAD_RESPONSE"]);
    expect(project!.log).toContainEqual(
      expect.objectContaining({ reason: "it has 3 predictions for 2 rows" }),
    );
  });

  test("a failure of the declaration is the step's, and it is asked for again the next time", async () => {
    let isReady = false;
    const { status } = await ask(
      "protocol: open_inference\ninputs: [a, b]",
      "{ features: $request.body.row }",
      (asked) => (isReady ? answer(matrix, 1)(asked) : { status: 503 }),
      { row: rows[0]! },
    );
    expect(status).toBe(503);
    isReady = true;
    const { app } = await project!.open();
    const again = await app.inject({ method: "POST", url: "/orchestrator/ask", payload: { row: rows[0]! } });
    expect(again.statusCode).toBe(200);
  });
});

test("tf_serving: rows in a version, with parameters beside them, and outputs by name", async () => {
  const { value } = await ask(
    'protocol: tf_serving\nversion: "3"\nlayout: named\nparameters: { signature_name: score }',
    "{ rows: $request.body.rows }",
    () => ({
      body: {
        predictions: [
          { score: [0.9], cls: 1 },
          { score: [0.1], cls: 0 },
        ],
      },
    }),
    { rows },
  );
  expect(server!.asked[0]).toMatchObject({
    path: "/v1/models/default/versions/3:predict",
    json: { instances: rows, signature_name: "score" },
  });
  expect(value).toEqual({
    predictions: [{ prediction: { score: [0.9], cls: 1 } }, { prediction: { score: [0.1], cls: 0 } }],
  });
});

test.each([
  [{ body: { model_version_status: [{ version: "3", state: "AVAILABLE" }] } }, undefined],
  [{ body: { model_version_status: [{ version: "3", state: "LOADING" }] } }, "MODEL_NOT_READY"],
  [{ status: 404 }, "MODEL_NOT_FOUND"],
])("tf_serving: readiness %#", async (status, code) => {
  server = await modelServer(() => status);
  project = mlProject({
    source: `protocol: tf_serving\nbase_url: ${server.url}`,
    endpoints: "it: { data_sources: [{ name: a, type: ml, params: { features: { a: 1 } } }] }",
  });
  const { service } = await project.open();
  expect((await service.probeSources()).map(({ problem }) => problem?.code)).toEqual([code]);
});

describe("sagemaker", () => {
  const both = "inputs: [a, b]\nrequest_format: csv";

  test.each([
    ["one line for each row", "0.5\n0.25\n"],
    ["all in one line", "0.5,0.25"],
  ])("CSV: %s", async (_, body) => {
    const answer = () => ({ headers: { "content-type": "text/csv" }, body });
    const { value } = await ask(`protocol: sagemaker\n${both}`, "{ rows: $request.body.rows }", answer, {
      rows,
    });
    expect(value).toEqual({ predictions: [{ prediction: 0.5 }, { prediction: 0.25 }] });
    expect(server!.asked[0]).toMatchObject({
      path: "/invocations",
      headers: { accept: "text/csv", "content-type": "text/csv" },
    });
    expect(server!.asked[0]!.body.toString()).toBe("1.5,2\n3,4\n");
  });

  test("JSON, with the rows under `instances`", async () => {
    const answer = () => ({ body: { predictions: [1, 2] } });
    const { value } = await ask(
      "protocol: sagemaker\nwrap: instances\nlayout: named",
      "{ rows: $request.body.rows }",
      answer,
      { rows },
    );
    expect(server!.asked[0]!.json).toEqual({ instances: rows });
    expect(value).toEqual({ predictions: [{ prediction: 1 }, { prediction: 2 }] });
  });
});

describe("openai", () => {
  const chat = (message: JsonObject) => ({
    body: {
      id: "c1",
      model: "m-1",
      choices: [{ index: 0, message, finish_reason: "stop" }],
      usage: { total_tokens: 10 },
    },
  });
  const source = "protocol: openai\nmodel: gpt-4.1\nparameters: { temperature: 0 }";

  test("chat", async () => {
    const answer = () => chat({ role: "assistant", content: "Hi" });
    const { value } = await ask(source, "{ messages: [{ role: user, content: Hello }] }", answer);
    expect(value).toEqual({ text: "Hi", finish_reason: "stop", usage: { total_tokens: 10 }, model: "m-1" });
    expect(server!.asked[0]).toMatchObject({
      path: "/chat/completions",
      json: { model: "gpt-4.1", messages: [{ role: "user", content: "Hello" }], temperature: 0 },
    });
  });

  test.each([
    ['{"a": 1}', { a: 1 }],
    ["not JSON", null],
  ])("JSON where it was asked for: %s", async (content, json) => {
    const params =
      "{ messages: [{ role: user, content: Hello }], parameters: { response_format: { type: json_object } } }";
    const { value } = await ask(source, params, () => chat({ content }));
    expect(value).toMatchObject({ text: content, json });
  });

  test("embeddings, in the order of the inputs, as lists or in base64", async () => {
    const data = [
      { index: 1, embedding: [1, 2] },
      { index: 0, embedding: "zczMPQAAAL8=" },
    ];
    const { value } = await ask(source, "{ input: [one, two] }", () => ({ body: { data, model: "m-1" } }));
    expect(value).toEqual({
      embeddings: [
        [0.10000000149011612, -0.5],
        [1, 2],
      ],
      model: "m-1",
    });
    expect(server!.asked[0]).toMatchObject({ path: "/embeddings", json: { input: ["one", "two"] } });
  });

  test.each([
    [
      { status: 429, headers: { "retry-after": "3" }, body: { error: { code: "rate_limit_exceeded" } } },
      "MODEL_OVERLOADED",
    ],
    [{ status: 429, body: { error: { code: "insufficient_quota" } } }, "MODEL_FAILED"],
    [{ body: { choices: [] } }, "MODEL_BAD_RESPONSE"],
  ])("a failure %#", async (given, code) => {
    const { value } = await ask(source, "{ messages: [{ role: user, content: Hello }] }", () => given);
    expect(value["code"]).toBe(code);
  });
});

test("`response: raw` gives the answer as it came", async () => {
  const body = { predictions: [7], extra: true };
  const { value } = await ask("protocol: kserve_v1\nresponse: raw", "{ features: { a: 1 } }", () => ({
    body,
  }));
  expect(value).toEqual(body);
});

test("credentials and headers of the source are sent", async () => {
  server = await modelServer(() => ({ body: {} }));
  project = mlProject({
    source: `base_url: ${server.url}\nheaders: { X-Team: shop }\nauth: { type: bearer, token: "\${ML_TOKEN}" }`,
    endpoints: "it: { path: /it, data_sources: [{ name: a, type: ml, params: { features: { a: 1 } } }] }",
    env: { ML_TOKEN: "s3cret" },
  });
  const { app } = await project.open();
  await app.inject({ url: "/orchestrator/it" });
  expect(server.asked[0]!.headers).toMatchObject({ "x-team": "shop", authorization: "Bearer s3cret" });
});

test("the project of the documentation answers as it says", async () => {
  server = await modelServer(({ method }) =>
    method === "GET"
      ? { body: { inputs: [{ name: "features", datatype: "FP32", shape: [-1, 3] }], outputs: [] } }
      : {
          body: { outputs: [{ name: "probabilities", datatype: "FP32", shape: [1, 2], data: [0.55, 0.45] }] },
        },
  );
  const [written] = projectsOf("docs/models.md");
  const files = Object.fromEntries(
    Object.entries(written!).map(([path, text]) => [
      path,
      text.replace("http://127.0.0.1:8080", server!.url),
    ]),
  );
  project = mlProject({ source: "base_url: http://unused", endpoints: "{}", files });
  expect(project.problems).toEqual([]);
  const { app } = await project.open();
  const reply = await app.inject({ url: "/orchestrator/customers/7/risk?age=41" });
  expect(reply.json()).toEqual({ customer: "7", leaves: 0.45, label: "leaves" });
  expect(server.asked[1]!.json).toEqual({
    inputs: [{ name: "features", datatype: "FP32", shape: [1, 3], data: [41, 0, 1] }],
  });
});
