import { expect, test } from "vitest";
import { mlProject } from "./ml-project.js";

function check(source: string, params: string, step = ""): readonly string[] {
  const endpoints = `
score:
  path: /score
  request: { query_params: { age: {} } }
  data_sources:
    - name: score
      type: ml
      ${step}
      params: ${params}
`;
  const project = mlProject({ source, endpoints, env: { KEY: "k" } });
  void project.close();
  return project.loaded.problems.map(({ code, message, hint }) => [code, message, hint].join(" | "));
}

const server = "base_url: http://models:8080";
const age = "{ features: { age: $request.age } }";

test.each([
  ["a project without a problem", `${server}\ninputs: [age]`, age, "", []],
  [
    "no place",
    "connections: 3",
    age,
    "",
    [
      "MODEL_PLACE_MISSING | This source does not say where its models are. | Give `base_url`, the address of a model server, or `type`, what runs here.",
    ],
  ],
  [
    "a refusal that a proxy cannot keep",
    `${server}\nproxy: http://proxy:3128\nprivate_addresses: refuse`,
    age,
    "",
    [
      "CONFIG_VALUE_INVALID | `private_addresses: refuse` cannot be kept through a `proxy`: it resolves the name, not this service. | ",
    ],
  ],
  [
    "a parameter that does not exist",
    server,
    "{ feature: { age: 1 } }",
    "",
    ['MODEL_PARAM_UNKNOWN | A step of type `ml` has no parameter "feature". | Did you mean "features"?'],
  ],
  [
    "nothing asked",
    server,
    "{ parameters: { a: 1 } }",
    "",
    [
      "MODEL_QUESTION_UNSPECIFIED | This step does not say what it asks of the model. | Write one of `features`, `rows`, `tensors` under `params`.",
    ],
  ],
  [
    "two questions",
    server,
    "{ features: { age: 1 }, tensors: {} }",
    "",
    [
      "MODEL_QUESTION_UNSPECIFIED | A step asks one thing of a model, not `features` and `tensors`. | Write one of `features`, `rows`, `tensors` under `params`.",
    ],
  ],
  [
    "a question that the protocol does not have",
    server,
    "{ messages: [] }",
    "",
    [
      "MODEL_PARAM_UNSUPPORTED | The protocol `json` has no `messages`. | It takes `features`, `rows`, `tensors`.",
    ],
  ],
  [
    "a feature that the model does not have",
    `${server}\ninputs: [age, { name: city, default: Oslo }]`,
    "{ features: { agee: 1, age: 2 } }",
    "",
    ['MODEL_FEATURE_UNKNOWN | The model has no feature "agee". | Did you mean "age"?'],
  ],
  [
    "a feature that is missing and has no default",
    `${server}\ninputs: [age, city]`,
    age,
    "",
    [
      'MODEL_FEATURE_MISSING | The feature "city" of the model is missing here. | Give it, or give it a `default` under `inputs`.',
    ],
  ],
  ["a feature that may be missing", `${server}\ninputs: [age, city]\nmissing: zero`, age, "", []],
  [
    "a feature that stands twice in the vector",
    `${server}\ninputs: [age, age]`,
    "{ tensors: {} }",
    "",
    ['CONFIG_VALUE_INVALID | "age" stands here twice. | '],
  ],
  [
    "several models, and none named",
    `${server}\nmodels: { a: {}, b: {} }`,
    age,
    "",
    ['CONFIG_KEY_MISSING | The key "operation" is missing. | Name the one that is meant: `a`, `b`.'],
  ],
  [
    "a key of another protocol",
    `${server}\nversion: "3"`,
    age,
    "",
    ["MODEL_KEY_MISPLACED | `version` is for `open_inference`, `tf_serving`, `torchserve` only. | "],
  ],
  [
    "a name for a server that is told none",
    `${server}\nprotocol: mlflow\nmodels: { a: { model: churn } }`,
    age,
    "",
    [
      "MODEL_KEY_MISPLACED | `model` is for `open_inference`, `kserve_v1`, `tf_serving`, `torchserve`, `bentoml`, `openai` only. | ",
    ],
  ],
  [
    "batches of answers that stay as they came",
    `${server}\nprotocol: mlflow\nresponse: raw\nmodels: { a: { batching: {} } }`,
    age,
    "",
    [
      "CONFIG_VALUE_INVALID | `batching` cannot stand beside `response: raw`: one answer is of several requests. | ",
    ],
  ],
  [
    "what gRPC does not have",
    "base_url: http://models:8001/v2\nprotocol: open_inference\ntransport: grpc\nconnections: 3\nauth: { type: api_key, query: key, value: '${KEY}' }\nmodels: { a: { endpoint: /x } }",
    age,
    "",
    [
      "CONFIG_VALUE_INVALID | Over gRPC the address of a server has no path. | ",
      "MODEL_KEY_MISPLACED | `connections` is for `transport: http` only. | ",
      "CONFIG_VALUE_INVALID | Over gRPC the credentials are `bearer`, `basic`, `api_key` in a header, or `mtls`. | ",
      "MODEL_KEY_MISPLACED | `endpoint` is for `transport: http` only. | ",
    ],
  ],
  [
    "gRPC of a protocol that has none",
    `${server}\ntransport: grpc`,
    age,
    "",
    ["MODEL_KEY_MISPLACED | `transport` is for `open_inference` only. | "],
  ],
  ["several models, and one named", `${server}\nmodels: { a: {}, b: {} }`, age, "operation: b", []],
  [
    "a model that does not exist",
    `${server}\nmodels: { churn: {} }`,
    age,
    "operation: chrun",
    ['OPERATION_UNKNOWN | There is no operation "chrun" for the source "default". | Did you mean "churn"?'],
  ],
  [
    "a header of the connection",
    `${server}\nheaders: { Transfer-Encoding: chunked }`,
    age,
    "",
    ['CONFIG_VALUE_INVALID | The header "Transfer-Encoding" belongs to the connection and cannot be set. | '],
  ],
  [
    "the age of a value",
    server,
    age,
    "max_age: 1h",
    [
      'STEP_KEY_MISPLACED | "max_age" has no meaning here: only a step that asks for features has it. | Remove it.',
    ],
  ],
] as const)("%s", (_, source, params, step, problems) => {
  expect(check(source, params, step)).toEqual(problems);
});
