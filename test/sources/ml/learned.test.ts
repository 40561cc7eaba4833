import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, onTestFinished, test } from "vitest";
import { nodeHost } from "../../../src/host/node-host.js";
import { asOrchestratorError } from "../../../src/problems/orchestrator-error.js";
import { modelOf } from "../../../src/sources/ml/model.js";
import { ServerHost } from "../../../src/sources/ml/protocols/server-host.js";
import { settingsSchema } from "../../../src/sources/ml/settings.js";
import { projectOf, runCommand } from "../../cli/run-command.js";
import { closedPort } from "../../connections/http/local-server.js";
import { VirtualClock } from "../../engine/virtual-clock.js";
import { indented } from "../source-project.js";
import { exchangesOf } from "./exchanges.js";
import { serve, stop } from "./grpc-server.js";
import { modelServer, type Given, type ModelServer } from "./model-server.js";

afterEach(stop);

/** What Triton says of a model with a vector and a text. */
const fraud = {
  name: "fraud",
  inputs: [
    { name: "x", datatype: "FP32", shape: [-1, 3] },
    { name: "city", datatype: "BYTES", shape: [-1, 1] },
  ],
  outputs: [
    { name: "score", datatype: "FP32", shape: [-1, 1] },
    { name: "why", datatype: "BYTES", shape: [-1, 1] },
  ],
};

async function metadataServer(answer: (path: string) => Given): Promise<ModelServer> {
  const server = await modelServer(({ path }) => answer(path));
  onTestFinished(() => server.close());
  return server;
}

function projectFor(source: string, params: string, field = "prediction.score", step = ""): string {
  return projectOf({
    "config/config.yaml": "app: { name: Models }\n",
    "config/integrations/ml_config.yaml": `ml:\n  sources:\n    default:\n${indented(source, 6)}\n`,
    "config/domains/models.yaml": `endpoints:
  score:
    request: { query_params: { age: { type: integer, default: 3 } } }
    data_sources:
      - name: score
        type: ml
        params: ${params}${step}
    response_mapping: { found: $score.${field} }
`,
  });
}

async function checked(folder: string, ...options: readonly string[]): Promise<readonly string[]> {
  const { stdout } = await runCommand(folder, "check", ...options);
  return stdout
    .split("\n")
    .filter((line) => /^config\S* (error|warning) /.test(line))
    .map((line) => line.replace(/^config\/([a-z]+\/)?/, "").replace(/ (error|warning) /, " "));
}

const features = "{ features: { x: [1, 2, 3], city: Oslo } }";
const triton = (url: string, more = "") =>
  `protocol: open_inference\nbase_url: ${url}\nmodels: { fraud: { ${more} } }`;

test.each([
  ["what is true", "", features, "prediction.score", []],
  [
    "a field that the model does not give",
    "",
    features,
    "prediction.scor",
    ['models.yaml:8:50 EXPRESSION_FIELD_UNKNOWN "$score.prediction" has no field "scor".'],
  ],
  [
    "a feature that the model does not take, and one that is missing",
    "",
    "{ features: { x: [1, 2, 3], town: Oslo } }",
    "prediction.score",
    [
      'models.yaml:7:31 MODEL_FEATURE_MISSING The feature "city" of the model is missing here.',
      'models.yaml:7:45 MODEL_FEATURE_UNKNOWN The model has no feature "town".',
    ],
  ],
  [
    "an input that the model does not have",
    "inputs: [x, town], layout: named",
    "{ features: { x: 1, town: Oslo } }",
    "prediction.score",
    [
      'ml_config.yaml:6:34 MODEL_INPUTS_MISMATCH The inputs do not fit the model "fraud": it has no input "town", but "x", "city".',
    ],
  ],
  [
    "a type that is not the model's",
    "inputs: [{ name: x, width: 3, type: float64 }, city], layout: named",
    features,
    "prediction.score",
    [
      'ml_config.yaml:6:34 MODEL_INPUTS_MISMATCH The inputs do not fit the model "fraud": "x" is declared as float64, and its input "x" is float32.',
    ],
  ],
  [
    "a type by name that is not the model's",
    "dtypes: { city: int64 }",
    features,
    "prediction.score",
    [
      'ml_config.yaml:6:36 MODEL_INPUTS_MISMATCH The inputs do not fit the model "fraud": "city" is declared as int64, and its input "city" is string.',
    ],
  ],
  [
    "another number of values",
    "inputs: { x: [a, b], city: [c] }",
    "{ features: { a: 1, b: 2, c: Oslo } }",
    "prediction.score",
    [
      'ml_config.yaml:6:36 MODEL_INPUTS_MISMATCH The inputs do not fit the model "fraud": the features of its input "x" have 2 values a row, and it takes 3.',
    ],
  ],
  [
    "an input of several that may be optional",
    "inputs: { x: [a, b, c] }",
    "{ features: { a: 1, b: 2, c: 3 } }",
    "prediction.score",
    [],
  ],
  [
    "an output that the model does not have",
    "outputs: [labels]",
    features,
    "prediction",
    ['ml_config.yaml:6:35 MODEL_OUTPUT_UNKNOWN The model "fraud" has no output "labels".'],
  ],
] as const)("`check --live` finds %s", async (_, keys, params, field, problems) => {
  const server = await metadataServer(() => ({ body: fraud }));
  const folder = projectFor(triton(server.url, keys), params, field);
  expect(await checked(folder)).toEqual([]);
  expect(server.asked).toEqual([]);
  expect(await checked(folder, "--live")).toEqual(problems);
  expect(server.asked.map(({ method, path }) => `${method} ${path}`)).toEqual(["GET /v2/models/fraud"]);
});

test("`config lock` keeps what models declare: `check` knows it without them, and `--live` where it is not true any more", async () => {
  let declared = fraud;
  const server = await metadataServer(() => ({ body: declared }));
  const folder = projectFor(triton(server.url), features);
  expect((await runCommand(folder, "config", "lock")).stdout).toBe("config.lock: 1 operation\n");
  const path = join(folder, "config.lock");
  const { shapes } = JSON.parse(readFileSync(path, "utf8")) as { shapes: object };
  expect(Object.entries(shapes)).toEqual([
    [
      "ml.default",
      {
        [Object.keys(Object.values(shapes)[0] as object)[0]!]: {
          inputs: fraud.inputs,
          outputs: fraud.outputs,
        },
      },
    ],
  ]);
  await server.close();
  const domain = join(folder, "config/domains/models.yaml");
  writeFileSync(domain, readFileSync(domain, "utf8").replace("prediction.score", "prediction.scor"));
  expect(await checked(folder)).toEqual([
    'models.yaml:8:50 EXPRESSION_FIELD_UNKNOWN "$score.prediction" has no field "scor".',
  ]);
  writeFileSync(domain, readFileSync(domain, "utf8").replace("prediction.scor", "prediction.score"));
  declared = { ...fraud, outputs: [...fraud.outputs, { name: "rank", datatype: "INT64", shape: [-1] }] };
  const again = await metadataServer(() => ({ body: declared }));
  const source = join(folder, "config/integrations/ml_config.yaml");
  writeFileSync(source, readFileSync(source, "utf8").replace(server.url, again.url));
  expect(await checked(folder, "--live")).toEqual([
    'ml_config.yaml:4:7 SHAPE_DRIFTED The source "default" says something else of "fraud" than config.lock.',
  ]);
});

test("what was learned of one version says nothing of another", async () => {
  const server = await metadataServer(() => ({ body: fraud }));
  const folder = projectFor(triton(server.url), features);
  await runCommand(folder, "config", "lock");
  const source = join(folder, "config/integrations/ml_config.yaml");
  writeFileSync(source, readFileSync(source, "utf8").replace("fraud: {", 'fraud: { version: "2"'));
  const domain = join(folder, "config/domains/models.yaml");
  writeFileSync(domain, readFileSync(domain, "utf8").replace("prediction.score", "prediction.scor"));
  expect(await checked(folder)).toEqual([]);
});

test("over gRPC too", async () => {
  interface Exchange {
    readonly name: string;
    readonly method: string;
    readonly response: { readonly hex?: string };
  }
  const recorded = exchangesOf<Exchange>("triton-grpc").find(
    ({ method, response }) => method.endsWith("/ModelMetadata") && response.hex !== undefined,
  )!;
  const { url, asked } = await serve(() => ({
    code: 0,
    message: Buffer.from(recorded.response.hex!, "hex"),
  }));
  const source = `protocol: open_inference\ntransport: grpc\nbase_url: ${url}\nmodels: { fraud: {} }`;
  const folder = projectFor(source, "{ features: { x: [1, 2, 3], city: Oslo, town: Oslo } }", "label");
  expect(await checked(folder, "--live")).toEqual([
    'models.yaml:7:57 MODEL_FEATURE_UNKNOWN The model has no feature "town".',
  ]);
  expect(asked.map(({ method }) => method)).toEqual([recorded.method]);
});

/** As TensorFlow Serving words it. */
function tfMetadata(signatures: object): object {
  return {
    model_spec: { name: "churn", signature_name: "", version: "3" },
    metadata: { signature_def: { signature_def: signatures } },
  };
}

const tfTensor = (dtype: string, ...sizes: readonly number[]) => ({
  dtype,
  tensor_shape: { dim: sizes.map((size) => ({ size: String(size), name: "" })), unknown_rank: false },
  name: "tensor:0",
});

test("TensorFlow Serving tells it signature by signature", async () => {
  const server = await metadataServer(() => ({
    body: tfMetadata({
      serving_default: {
        inputs: { age: tfTensor("DT_FLOAT", -1, 1), city: tfTensor("DT_STRING", -1) },
        outputs: { score: tfTensor("DT_FLOAT", -1, 1) },
        method_name: "tensorflow/serving/predict",
      },
      other: {
        inputs: { x: tfTensor("DT_INT64", -1, 2), odd: { dtype: "DT_VARIANT" } },
        outputs: { y: { dtype: "DT_BOOL", tensor_shape: { dim: [], unknown_rank: true } } },
      },
    }),
  }));
  const source = (more: string) =>
    `protocol: tf_serving\nbase_url: ${server.url}\nmodels: { churn: { version: "3"${more} } }`;
  const found = (more: string, params: string) =>
    checked(projectFor(source(more), params, "prediction"), "--live");
  expect(await found("", "{ features: { age: 3, city: Oslo } }")).toEqual([]);
  expect(await found("", "{ features: { age: 3, town: Oslo } }")).toEqual([
    'models.yaml:7:31 MODEL_FEATURE_MISSING The feature "city" of the model is missing here.',
    'models.yaml:7:39 MODEL_FEATURE_UNKNOWN The model has no feature "town".',
  ]);
  const other = ", parameters: { signature_name: other }";
  expect(await found(`${other}, inputs: [a, b, c]`, "{ features: { a: 1, b: 2, c: 3 } }")).toEqual([
    'ml_config.yaml:6:87 MODEL_INPUTS_MISMATCH The inputs do not fit the model "churn": the features of its input "x" have 3 values a row, and it takes 2.',
  ]);
  expect(await found(`${other}, outputs: [z], inputs: [a, b]`, "{ features: { a: 1, b: 2 } }")).toEqual([
    'ml_config.yaml:6:88 MODEL_OUTPUT_UNKNOWN The model "churn" has no output "z".',
  ]);
  expect(new Set(server.asked.map(({ path }) => path))).toEqual(
    new Set(["/v1/models/churn/versions/3/metadata"]),
  );
});

test("TensorFlow Serving is not asked before a prediction", async () => {
  const server = await metadataServer(() => ({ body: { predictions: [1] } }));
  const folder = projectFor(
    `protocol: tf_serving\nbase_url: ${server.url}`,
    "{ features: { age: 3 } }",
    "prediction",
  );
  expect((await runCommand(folder, "call", "models.score")).code).toBe(0);
  expect(server.asked.map(({ path }) => path)).toEqual(["/v1/models/default:predict"]);
});

test.each([
  [
    "says that there is no such model",
    { status: 404, body: { error: "unknown model" } },
    "A model that is needed does not exist.",
  ],
  [
    "answers what cannot be read",
    { body: "no JSON" },
    "A model that is needed gave an answer that cannot be used.",
  ],
])("a server that %s is a problem at the model", async (_, answer, reason) => {
  const server = await metadataServer(() => answer);
  expect(await checked(projectFor(triton(server.url), features), "--live")).toEqual([
    `ml_config.yaml:6:24 MODEL_NOT_DESCRIBED The model "fraud" could not be asked what it takes: ${reason}`,
  ]);
});

test("a source that is the model itself is the place of what is wrong with it", async () => {
  const server = await metadataServer(() => ({ status: 404 }));
  const folder = projectFor(`protocol: open_inference\nbase_url: ${server.url}`, features);
  expect((await checked(folder, "--live")).map((line) => line.split(" ", 2))).toEqual([
    ["ml_config.yaml:4:7", "MODEL_NOT_DESCRIBED"],
  ]);
});

test("a server that is not there is a problem of the source", async () => {
  const folder = projectFor(triton(await closedPort()), features);
  expect((await checked(folder, "--live")).map((line) => line.split(" ", 2))).toEqual([
    ["ml_config.yaml:4:7", "SOURCE_NOT_ASKED"],
  ]);
});

test.each([
  ["has no metadata", { status: 501 }],
  ["knows nothing of its models", { body: { name: "fraud", inputs: [], outputs: [] } }],
])("of a server that %s nothing is learned, and nothing is wrong", async (_, answer) => {
  const server = await metadataServer(() => answer);
  const folder = projectFor(triton(server.url), features, "label");
  expect(await checked(folder, "--live")).toEqual([]);
  expect((await runCommand(folder, "config", "lock")).stdout).toBe("config.lock: 0 operations\n");
});

test("a protocol without metadata is not asked", async () => {
  const server = await metadataServer(() => ({ status: 500 }));
  const folder = projectFor(`protocol: kserve_v1\nbase_url: ${server.url}`, features, "prediction");
  expect(await checked(folder, "--live")).toEqual([]);
  expect(server.asked).toEqual([]);
});

test("each model is asked once, however many steps, arms and shadows ask it", async () => {
  const server = await metadataServer(() => ({ body: fraud }));
  const source = `protocol: open_inference\nbase_url: ${server.url}\nmodels: { a: {}, b: {}, c: {}, unused: {} }`;
  const traffic =
    "\n        traffic: { arms: [{ operation: a, weight: 1 }, { operation: b, weight: 1 }], shadow: [{ operation: c }] }" +
    "\n      - { name: again, type: ml, operation: a, run: always, params: { features: $request } }";
  expect(await checked(projectFor(source, features, "prediction.score", traffic), "--live")).toEqual([]);
  expect(server.asked.map(({ path }) => path).sort()).toEqual([
    "/v2/models/a",
    "/v2/models/b",
    "/v2/models/c",
  ]);
});

test("a server that says nothing is waited for, but not forever", async () => {
  const server = await modelServer(() => ({ afterMs: 15_000 }));
  const clock = new VirtualClock();
  const host = new ServerHost({
    url: { origin: server.url, path: "" },
    settings: { ...settingsSchema.empty(), protocol: "open_inference" },
    host: { ...nodeHost({}), clock },
    log: () => undefined,
  });
  const asked = host.backendOf(modelOf("m", settingsSchema.empty(), undefined)).describe!();
  const failed = asked.catch((error: unknown) => asOrchestratorError(error).code);
  await clock.advance(10_000);
  expect(await failed).toBe("SOURCE_TIMED_OUT");
  await host.close();
  await server.close();
});
