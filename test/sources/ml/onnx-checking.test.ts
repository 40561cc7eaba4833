import { expect, test } from "vitest";
import { modelPath } from "../../connections/onnx/onnx-fixture.js";
import { mlProject } from "./ml-project.js";

function check(name: string, keys: string, params: string): readonly string[] {
  const endpoints = `
score:
  path: /score
  request: { query_params: { age: {} } }
  data_sources:
    - name: score
      type: ml
      params: ${params}
  response_mapping: $score
`;
  const source = `type: onnx\n${name === "" ? "" : `model_path: ${modelPath(name)}\n`}${keys}`;
  const project = mlProject({ source, endpoints });
  void project.close();
  return project.loaded.problems.map(({ code, message, hint }) =>
    [code, message.replace(modelPath(name), `${name}.onnx`), hint].join(" | "),
  );
}

const inputs = "inputs: [a, b, c, d]";
const four = "{ features: { a: 1, b: 2, c: 3, d: 4 } }";

test.each([
  ["nothing wrong", "classifier", inputs, four, []],
  ["nothing wrong, and no inputs: the file has names", "pipeline_columns", "", "{ features: $request }", []],
  [
    "no file",
    "",
    inputs,
    four,
    ['MODEL_PATH_MISSING | The model "default" does not say where its file is. | Give `model_path`.'],
  ],
  [
    "a file that is not there",
    "nothing",
    inputs,
    four,
    ['MODEL_UNUSABLE | The model "nothing.onnx" cannot be used: there is no such file. | '],
  ],
  [
    "a file that is no model",
    "broken_lfs_pointer",
    inputs,
    four,
    [
      'MODEL_UNUSABLE | The model "broken_lfs_pointer.onnx" cannot be used: it is a pointer of Git LFS; fetch the file itself with `git lfs pull`. | ',
    ],
  ],
  [
    "fewer inputs than the model has columns",
    "classifier",
    "inputs: [a, b, c]",
    "{ features: { a: 1, b: 2, c: 3 } }",
    [
      'MODEL_INPUTS_MISMATCH | The inputs do not fit the model "classifier.onnx": the features of its input "features" have 3 values a row, and it takes 4. | What `inputs` leaves out, such as a type, is the model\'s own.',
    ],
  ],
  [
    "a type that is not the model's",
    "classifier",
    "inputs: [a, b, c, { name: d, type: string }]",
    four,
    [
      'MODEL_INPUTS_MISMATCH | The inputs do not fit the model "classifier.onnx": "d" is declared as string, and its input "features" is float32. | What `inputs` leaves out, such as a type, is the model\'s own.',
    ],
  ],
  [
    "an input that the model does not have",
    "two_matrices",
    "inputs: { number: [x, y, z] }",
    "{ features: { x: 1, y: 2, z: 3 } }",
    [
      'MODEL_INPUTS_MISMATCH | The inputs do not fit the model "two_matrices.onnx": it has no input "number", but "numbers", "embedding". | What `inputs` leaves out, such as a type, is the model\'s own.',
    ],
  ],
  [
    "a name that the file does not know",
    "pipeline_columns",
    "",
    "{ features: { age: 1, incom: 2, visits: 3, city: Oslo } }",
    [
      'MODEL_FEATURE_MISSING | The feature "income" of the model is missing here. | Give it, or give it a `default` under `inputs`.',
      'MODEL_FEATURE_UNKNOWN | The model has no feature "incom". | Did you mean "income"?',
    ],
  ],
  [
    "an output that the file does not have",
    "classifier",
    `${inputs}\noutputs: { label: labels, probabilities: probabilities }`,
    four,
    ['MODEL_OUTPUT_UNKNOWN | The model "classifier.onnx" has no output "labels". | Did you mean "label"?'],
  ],
  [
    "an output that is no tensor",
    "sequence_output",
    "inputs: [a, b]\noutputs: [parts]",
    "{ features: { a: 1, b: 2 } }",
    [
      'MODEL_OUTPUT_UNSUPPORTED | The output "parts" of the model "sequence_output.onnx" is seq(tensor(float32)), which ONNX Runtime cannot hand out. | Export the model with a tensor in its place, or leave the output out.',
    ],
  ],
  [
    "ZipMap that is kept",
    "classifier_zipmap",
    `${inputs}\nzipmap: keep\noutputs: [output_probability]`,
    four,
    [
      'MODEL_OUTPUT_UNSUPPORTED | The output "output_probability" of the model "classifier_zipmap.onnx" is seq(map(int64,tensor(float32))), which ONNX Runtime cannot hand out. | Write `zipmap: strip`, or export the model with `zipmap: False`.',
    ],
  ],
  [
    "too few names of classes",
    "classifier",
    `${inputs}\nclass_names: [yes]`,
    four,
    ['MODEL_CLASSES_MISMATCH | The model "classifier.onnx" has 2 classes, and `class_names` has 1. | '],
  ],
  [
    "a positive class that is none",
    "classifier",
    `${inputs}\nclass_names: [stays, leaves]\npositive_class: leave`,
    four,
    ['MODEL_CLASS_UNKNOWN | The model "classifier.onnx" has no class "leave". | Did you mean "leaves"?'],
  ],
  [
    "a key of servers",
    "classifier",
    `${inputs}\nbase_url: http://models:8080`,
    four,
    ["MODEL_KEY_MISPLACED | `base_url` is for model servers only. | "],
  ],
  [
    "keys of what is sent to servers",
    "classifier",
    `${inputs}\nmodel: churn\nendpoint: /predict\nparameters: { threshold: 0.4, top: 3 }`,
    "{ features: { a: 1, b: 2, c: 3, d: 4 }, parameters: { threshold: 0.5, top: 2 } }",
    [
      "MODEL_PARAM_UNSUPPORTED | The protocol `onnx` has no `parameters.top`. | It takes `parameters.threshold`.",
      "MODEL_KEY_MISPLACED | `model` is for `open_inference`, `kserve_v1`, `tf_serving`, `torchserve`, `bentoml`, `openai` only. | ",
      "MODEL_KEY_MISPLACED | `endpoint` is for model servers only. | ",
      "MODEL_KEY_MISPLACED | `parameters.top` is for model servers only. | ",
    ],
  ],
  [
    "a question that files do not have",
    "classifier",
    inputs,
    "{ messages: [] }",
    [
      "MODEL_PARAM_UNSUPPORTED | The protocol `onnx` has no `messages`. | It takes `features`, `rows`, `tensors`.",
    ],
  ],
])("%s", (_, name, keys, params, problems) => {
  expect(check(name, keys, params)).toEqual(problems);
});

test("a key of files beside a server has no meaning", () => {
  const source = "base_url: http://models:8080\nworkers: 2";
  const project = mlProject({ source, endpoints: "it: { path: /it, response_mapping: 1 }" });
  void project.close();
  expect(project.problems).toEqual(["ml_config.yaml:5:7 MODEL_KEY_MISPLACED"]);
});

test("what a step gives is known from the file: reading more of it is a problem", () => {
  const endpoints = `
score:
  path: /score
  data_sources: [{ name: score, type: ml, params: ${four} }]
  response_mapping: { a: $score.probability, b: "{{ $score.probabilities['1'] }}", c: $score.probabilty }
`;
  const source = `type: onnx\nmodel_path: ${modelPath("classifier")}\n${inputs}`;
  const project = mlProject({ source, endpoints });
  void project.close();
  expect(project.loaded.problems.map(({ code, message, hint }) => `${code} ${message} ${hint}`)).toEqual([
    'EXPRESSION_FIELD_UNKNOWN "$score" has no field "probabilty". Did you mean "probability"?',
  ]);
});

const remote = "{ protocol: kserve_v1, base_url: http://models:8080, inputs: [a, b, c, d] }";
const file = (name: string) => `{ type: onnx, model_path: ${modelPath(name)}, inputs: [a, b, c, d] }`;

test.each([
  ["a server that does not say what it answers, and a regressor", remote, file("regressor"), []],
  ["a regressor, and a server that does not say what it answers", file("regressor"), remote, []],
  [
    "a classifier, and a regressor",
    file("classifier"),
    file("regressor"),
    ['TRAFFIC_CALLS_DIFFER "two/score" cannot stand for "one/score": its value has no field "label".'],
  ],
])("arms of one step: %s", (_, one, two, problems) => {
  const endpoints = `
score:
  data_sources:
    - name: score
      type: ml
      params: ${four}
      traffic: { arms: [{ source_id: one, weight: 1 }, { source_id: two, weight: 1 }] }
  response_mapping: $score.prediction
`;
  const files = {
    "config/integrations/ml_config.yaml": `ml:\n  sources:\n    one: ${one}\n    two: ${two}\n`,
  };
  const project = mlProject({ source: "", endpoints, files });
  void project.close();
  expect(project.loaded.problems.map(({ code, message }) => `${code} ${message}`)).toEqual(problems);
});

test("the fields of a classifier can be read where nothing says whether the model is one", () => {
  const endpoints = `
score:
  data_sources: [{ name: score, type: ml, params: ${four} }]
  response_mapping: { a: $score.label, b: $score.probability, c: $score.probabilty }
`;
  const source = "protocol: kserve_v1\nbase_url: http://models:8080\ninputs: [a, b, c, d]";
  const project = mlProject({ source, endpoints });
  void project.close();
  expect(project.loaded.problems.map(({ code, message }) => `${code} ${message}`)).toEqual([
    'EXPRESSION_FIELD_UNKNOWN "$score" has no field "probabilty".',
  ]);
});
