import { accessKeys } from "../../connections/http/access-keys.js";
import { baseUrl } from "../../connections/http/base-url.js";
import { headerNamePattern, isHeaderValue, isOwnHeader } from "../../connections/http/header-rules.js";
import {
  either,
  list,
  mapping,
  object,
  optional,
  withDefault,
  type ObjectOf,
  type ObjectSchema,
} from "../../schema/composites.js";
import { jsonObject } from "../../schema/json-value.js";
import { boolean, enumeration, integer, size, text } from "../../schema/scalars.js";
import { mapped } from "../../schema/schema.js";
import type { Written } from "../../schema/written.js";
import { batching } from "./batching/batching-keys.js";
import { inputs } from "./features/inputs-schema.js";
import { containerKeys } from "./launched/container-keys.js";
import { launchedKeys, launchedTypes } from "./launched/launched-keys.js";
import type { Outputs } from "./model.js";
import { inferenceLog } from "./record/inference-log-keys.js";
import { protocolNames } from "./protocols/protocol-names.js";
import { elementTypes } from "./tensors/element-types.js";

const outputs = either<Outputs, Outputs>(
  ({ kind }) => kind === "list",
  mapped(list(text("the name of an output")), (names) => ({
    names,
    label: undefined,
    probabilities: undefined,
  })),
  mapped(
    object({
      label: optional(text("the name of an output"), "The output that is the label."),
      probabilities: optional(text("the name of an output"), "The output with a probability for each class."),
    }),
    ({ label, probabilities }) => ({
      names: [label, probabilities].filter((name) => name !== undefined),
      label,
      probabilities,
    }),
  ),
);

const header = mapped(text(), (value, tree, { report }) => {
  if (isHeaderValue(value)) return value;
  const reason = "It has a character that a header cannot hold.";
  return report.add("CONFIG_VALUE_INVALID", { reason }, tree.location);
});

const headers = mapped(mapping(header, { pattern: headerNamePattern }), (written, tree, { report }) => {
  const own = [...written.keys()].find(isOwnHeader);
  if (own === undefined) return written;
  const reason = `The header "${own}" belongs to the connection and cannot be set.`;
  return report.add("CONFIG_VALUE_INVALID", { reason }, tree.location);
});

/** Keys of models that are files, which this service runs itself. */
const fileKeys = {
  model_path: optional(text("a file"), "`type: onnx`: the file of the model, relative to the project."),
  zipmap: optional(
    enumeration(["strip", "keep"]),
    "`type: onnx`: `strip` reads the probabilities of classifiers that end in a ZipMap, `keep` leaves them out.",
    "`strip`",
  ),
  execution: optional(
    enumeration(["worker", "auto", "inline"]),
    "`type: onnx`: on threads, on the event loop, or there only while runs are too short to be noticed.",
    "`worker`",
  ),
  workers: optional(
    integer({ min: 1, max: 64 }),
    "`type: onnx`: how many threads load the model.",
    "one less than the machine has cores, from 1 to 4",
  ),
  intra_op_threads: optional(
    integer({ min: 1, max: 64 }),
    "`type: onnx`: on how many threads one run computes.",
    "1",
  ),
};

/** Keys that may stand on a source, for all its models, or on one of them, where they win. */
export const modelKeys = {
  model: optional(text(), "What the server calls the model.", "its name here"),
  version: optional(
    text('a version such as `"3"`'),
    "The version that is asked; of a file, what answers call it.",
    "the server's choice",
  ),
  endpoint: optional(text("a path such as `/predict`"), "The path that is asked.", "the protocol's"),
  inputs: optional(
    inputs(),
    "The feature vector, in its order: names, or `{ name, width, type, default }`; by tensor where there are several.",
    "the model's own",
  ),
  dtypes: optional(
    mapping(enumeration(elementTypes)),
    "The types of features by name, as in ONNX.",
    "the model's own",
  ),
  missing: optional(
    enumeration(["error", "default", "nan", "zero"]),
    "What a feature that is missing or null becomes; `default` and `error` fail where it has no default.",
    "`error`",
  ),
  coerce: optional(boolean(), "Whether text that is a number may stand for it.", "false"),
  outputs: optional(
    outputs,
    "Which outputs are read: a list, or `{ label, probabilities }` to say which is what.",
    "those of usual names, else all",
  ),
  class_names: optional(
    list(text()),
    "The names of a classifier's classes, in its order.",
    "the model's own",
  ),
  positive_class: optional(
    text(),
    "The class whose probability is `probability`.",
    "the last of two, else the likeliest",
  ),
  parameters: optional(
    jsonObject(),
    "Sent with each question where the protocol has them; `threshold` decides the label of a two-class model.",
    "none",
  ),
  int64: optional(
    enumeration(["number", "string"]),
    "How 64-bit integers come; beyond 2^53 they are always text.",
    "`number`",
  ),
  response: optional(
    enumeration(["normal", "raw", "stream"]),
    "`raw` is the model's answer as it came, `normal` its predictions; `stream`, for chat of `openai`, passes its events to the caller of an endpoint that says so too.",
    "`normal`",
  ),
  layout: optional(
    enumeration(["named", "vector"]),
    "How rows are sent: `named` has a name for each feature, `vector` them in order.",
    "`vector` where `inputs` is given, else `named`; a data frame for `mlflow`",
  ),
  arg: optional(text("the name of an argument"), "For `bentoml`: the argument that takes the rows."),
  wrap: optional(
    enumeration(["instances", "none"]),
    "For `torchserve` and `sagemaker`: whether the rows stand under `instances`.",
    "`none`",
  ),
  request_format: optional(
    enumeration(["json", "csv"]),
    "For `torchserve` and `sagemaker`: how rows are written.",
    "`json`",
  ),
  binary: optional(
    boolean(),
    "For `open_inference`: whether tensors are sent and wanted as bytes behind the JSON.",
    "false",
  ),
  batching: optional(
    batching,
    "Rows of concurrent requests become one question to the model.",
    "each request asks by itself",
  ),
  inference_log: optional(
    inferenceLog(),
    "Where a record of each call is kept: `{ file }`, or `{ source_id, table }`.",
    "none",
  ),
  pass_client_errors: optional(
    boolean(),
    "Whether what the model refuses is the caller's fault: 400 in place of 502.",
    "false",
  ),
  ...fileKeys,
};

/** The keys of a source of models. */
const sourceKeys = object({
  protocol: withDefault(enumeration(protocolNames), "json", "What the server at `base_url` speaks."),
  transport: withDefault(
    enumeration(["http", "grpc"]),
    "http",
    "For `open_inference`: whether it is spoken over HTTP with JSON, or over gRPC.",
  ),
  base_url: optional(baseUrl(), "Where the model server is: scheme, host, and the start of all its paths."),
  connections: withDefault(integer({ min: 1, max: 65_535 }), 256, "Sockets at most."),
  headers: withDefault(headers, new Map<string, string>(), "Headers of every request.", "none"),
  ...accessKeys,
  type: optional(
    enumeration([...launchedTypes, "onnx"]),
    "What this service runs itself: `onnx`, a model file; `process`, a program of this machine; `docker` or `ecr`, a container. `base_url` is then asked while it does not run.",
    "a server that runs at `base_url`",
  ),
  ...launchedKeys,
  ...containerKeys,
  max_response: withDefault(size(), 32 * 1_024 * 1_024, "The largest answer, after decompression.", "32mb"),
  ...modelKeys,
});

/** The keys of one model. */
export const modelSettings = object(modelKeys);

export type ModelKeys = ObjectOf<typeof modelKeys>;
export type MlModelSettings = ModelKeys;

/** `models` is added by the checker, which knows that operations stand inside. */
export type MlSettings = (typeof sourceKeys extends ObjectSchema<infer T> ? T : never) & {
  readonly models?: ReadonlyMap<string, Written<MlModelSettings>>;
};

export const settingsSchema = sourceKeys as ObjectSchema<MlSettings>;
