import type { JsonObject } from "../../expression/value.js";
import type { Batching } from "./batching/batching-keys.js";
import type { Feature } from "./features/feature.js";
import type { InferenceLogRules } from "./record/inference-log-keys.js";
import type { MlModelSettings, MlSettings, ModelKeys } from "./settings.js";
import type { ElementType } from "./tensors/element-types.js";

/** One model of a source, with all its keys settled. */
export interface Model {
  /** Under `models`; that of the source where it has none. */
  readonly name: string;
  /** What the server calls it. */
  readonly sentName: string;
  readonly version: string | undefined;
  readonly endpoint: string | undefined;
  /** The feature vector as it is declared. */
  readonly inputs: readonly Feature[] | undefined;
  readonly dtypes: Readonly<Record<string, ElementType>>;
  readonly missing: "error" | "default" | "nan" | "zero";
  readonly coerce: boolean;
  readonly outputs: Outputs | undefined;
  readonly classNames: readonly string[] | undefined;
  readonly positiveClass: string | undefined;
  /** From which probability on a two-class model says the positive class. */
  readonly threshold: number | undefined;
  /** What is sent with each question. */
  readonly parameters: JsonObject;
  readonly int64: "number" | "string";
  readonly response: "normal" | "raw" | "stream";
  /** How rows stand in a request. */
  readonly layout: "named" | "vector";
  readonly isLayoutWritten: boolean;
  /** Of `bentoml`: the argument that takes the rows. */
  readonly arg: string | undefined;
  /** Of `torchserve` and `sagemaker`. */
  readonly wrap: "instances" | "none";
  readonly requestFormat: "json" | "csv";
  /** Of `open_inference`: tensors are bytes, not JSON. */
  readonly binary: boolean;
  readonly batching: Batching | undefined;
  /** Where a record of each call is kept. */
  readonly inferenceLog: InferenceLogRules | undefined;
  /** What the model refuses is the caller's fault. */
  readonly passClientErrors: boolean;
  /** For models that are files, which this service runs itself. */
  readonly file: ModelFileSettings;
}

export interface ModelFileSettings {
  /** Relative to the project. */
  readonly path: string | undefined;
  readonly stripsZipMaps: boolean;
  readonly execution: "worker" | "auto" | "inline";
  /** `undefined` is what suits the machine. */
  readonly workers: number | undefined;
  readonly intraOpThreads: number;
}

/** Which outputs are read, and which is what. */
export interface Outputs {
  readonly names: readonly string[];
  readonly label: string | undefined;
  readonly probabilities: string | undefined;
}

/** All models of a source: those under `models`, else the source itself is one. */
export function modelsOf(sourceName: string, settings: MlSettings): readonly Model[] {
  const written = [...(settings.models ?? [])];
  if (written.length === 0) return [modelOf(sourceName, settings, undefined)];
  return written.flatMap(([name, { value }]) =>
    value === undefined ? [] : [modelOf(name, settings, value)],
  );
}

/** A model: what it says itself, else what its source says. */
export function modelOf(name: string, source: MlSettings, own: MlModelSettings | undefined): Model {
  const key = <Name extends keyof ModelKeys>(which: Name): ModelKeys[Name] => own?.[which] ?? source[which];
  const { threshold, ...parameters } = { ...source.parameters, ...own?.parameters };
  return {
    name,
    sentName: key("model") ?? name,
    version: key("version"),
    endpoint: key("endpoint"),
    inputs: key("inputs"),
    dtypes: Object.fromEntries(key("dtypes") ?? []),
    missing: key("missing") ?? "error",
    coerce: key("coerce") ?? false,
    outputs: key("outputs"),
    classNames: key("class_names"),
    positiveClass: key("positive_class"),
    threshold: typeof threshold === "number" ? threshold : undefined,
    parameters,
    int64: key("int64") ?? "number",
    response: key("response") ?? "normal",
    layout: key("layout") ?? (key("inputs") === undefined ? "named" : "vector"),
    isLayoutWritten: key("layout") !== undefined,
    arg: key("arg"),
    wrap: key("wrap") ?? "none",
    requestFormat: key("request_format") ?? "json",
    binary: key("binary") ?? false,
    batching: key("batching"),
    inferenceLog: key("inference_log"),
    passClientErrors: key("pass_client_errors") ?? false,
    file: {
      path: key("model_path"),
      stripsZipMaps: key("zipmap") !== "keep",
      execution: key("execution") ?? "worker",
      workers: key("workers"),
      intraOpThreads: key("intra_op_threads") ?? 1,
    },
  };
}
