import { accessOf, unkeptRefusal } from "../../connections/http/access.js";
import type { Definition, SourceDefinition } from "../../contracts/source.js";
import type { Report } from "../../problems/report.js";
import type { Tree } from "../../schema/tree.js";
import { refuseStream } from "./check-stream.js";
import { checkLearned } from "./declared/check-learned.js";
import { modelOf, type Model } from "./model.js";
import { checkGrpcServer, refuseForGrpc } from "./protocols/grpc/check-grpc.js";
import type { ProtocolName } from "./protocols/protocol-names.js";
import { checkModelFiles } from "./onnx/checked-model.js";
import type { MlModelSettings, MlSettings } from "./settings.js";
import { checkLaunched } from "./launched/check-launched.js";
import type { MlCall } from "./steps/ml-call.js";

/** Checks a source as a whole: it must say what its models run on, and what it says of that must be true. */
export function checkSource(definition: SourceDefinition<MlSettings>): void {
  const { sourceName, settings, report, tree } = definition;
  refuseMisplaced(tree, settings, report);
  refuseForeign(tree, settings, report);
  refuseForGrpc(tree, settings, report);
  checkGrpcServer(tree, settings, report);
  if ((settings.models?.size ?? 0) === 0)
    refuseForModel(modelOf(sourceName, settings, undefined), tree, settings, report);
  checkLogs(definition);
  checkAddresses(definition);
  checkLaunched(definition);
  const hasType = tree.kind === "mapping" && tree.entries.has("type");
  if (settings.type === "onnx") return checkModelFiles(definition);
  checkLearned(definition);
  if (settings.base_url === undefined && !hasType) report.add("MODEL_PLACE_MISSING", {}, tree.location);
}

/** The databases that records of calls are written to must exist. */
function checkLogs({ settings, report, sourcesOf }: SourceDefinition<MlSettings>): void {
  const models = [...(settings.models?.values() ?? [])].map(({ value }) => value?.inference_log);
  for (const log of [settings.inference_log, ...models]) {
    if (log?.to.kind !== "table") continue;
    const { value: name, location } = log.to.sourceId;
    const known = sourcesOf("database");
    if (!known.includes(name)) report.add("SOURCE_UNKNOWN", { kind: "database", name, known }, location);
  }
}

/** Through a proxy it is the proxy that looks addresses up. */
function checkAddresses({ settings, report, tree }: SourceDefinition<MlSettings>): void {
  const reason = unkeptRefusal(accessOf(settings));
  if (reason === undefined) return;
  const entry = tree.kind === "mapping" ? tree.entries.get("private_addresses") : undefined;
  report.add("CONFIG_VALUE_INVALID", { reason }, entry?.value.location ?? tree.location);
}

const ofServers = [
  ...["protocol", "base_url", "connections", "headers", "auth", "tls", "proxy", "private_addresses"],
  ...["max_response", "endpoint"],
];
const ofFiles = ["model_path", "zipmap", "execution", "workers", "intra_op_threads"];

/** Keys of one thing that models run on beside another. */
function refuseForeign(tree: Tree, { type }: MlSettings, report: Report): void {
  const refuse = (keys: readonly string[], where: string) => {
    for (const key of keys) {
      const entry = tree.kind === "mapping" ? tree.entries.get(key) : undefined;
      if (entry !== undefined) report.add("MODEL_KEY_MISPLACED", { key, where }, entry.keyLocation);
    }
  };
  if (type !== "onnx") return refuse(ofFiles, "`type: onnx`");
  refuse(ofServers, "model servers");
  const parameters = tree.kind === "mapping" ? tree.entries.get("parameters")?.value : undefined;
  for (const [name, { keyLocation }] of parameters?.kind === "mapping" ? parameters.entries : []) {
    if (name === "threshold") continue;
    report.add("MODEL_KEY_MISPLACED", { key: `parameters.${name}`, where: "model servers" }, keyLocation);
  }
}

/** Checks a model as far as that needs no step. There is no call of one without a step. */
export function checkModel({
  operationName,
  operation,
  settings,
  tree,
  report,
}: Definition<MlSettings, MlModelSettings>): MlCall | undefined {
  refuseMisplaced(tree, settings, report);
  refuseForeign(tree, settings, report);
  refuseForGrpc(tree, settings, report);
  refuseForModel(modelOf(operationName, settings, operation), tree, settings, report);
  return undefined;
}

/** What keys of a model and those of its source make wrong together. */
function refuseForModel(model: Model, tree: Tree, settings: MlSettings, report: Report): void {
  refuseRawBatches(model, tree, report);
  refuseStream(model, tree, settings, report);
}

/** What came back for many cannot be handed to each as it came. */
function refuseRawBatches({ batching, response }: Model, tree: Tree, report: Report): void {
  if (batching === undefined || response !== "raw") return;
  const reason = "`batching` cannot stand beside `response: raw`: one answer is of several requests.";
  report.add("CONFIG_VALUE_INVALID", { reason }, tree.location);
}

const rowProtocols: readonly ProtocolName[] = [
  ...(["json", "open_inference", "kserve_v1", "tf_serving", "mlflow", "torchserve"] as const),
  ...(["bentoml", "sagemaker"] as const),
];
const predicting = rowProtocols.filter((name) => name !== "json");

/** The protocols in which a key means something. */
const homes: Readonly<Record<string, readonly ProtocolName[]>> = {
  model: ["open_inference", "kserve_v1", "tf_serving", "torchserve", "bentoml", "openai"],
  version: ["open_inference", "tf_serving", "torchserve"],
  arg: ["bentoml"],
  wrap: ["torchserve", "sagemaker"],
  request_format: ["torchserve", "sagemaker"],
  binary: ["open_inference"],
  transport: ["open_inference"],
  batching: ["open_inference", "kserve_v1", "tf_serving", "mlflow"],
  inputs: rowProtocols,
  dtypes: rowProtocols,
  missing: rowProtocols,
  coerce: rowProtocols,
  layout: predicting,
  outputs: predicting,
  class_names: predicting,
  positive_class: predicting,
  int64: ["open_inference"],
};

/** Of these keys, those that mean something for files too. */
const alsoOfFiles = [
  ...["version", "inputs", "dtypes", "missing", "coerce"],
  ...["outputs", "class_names", "positive_class", "int64", "batching"],
];

function refuseMisplaced(tree: Tree, { type, protocol }: MlSettings, report: Report): void {
  if (tree.kind !== "mapping") return;
  for (const [key, { keyLocation }] of tree.entries) {
    const home = homes[key];
    if (home === undefined) continue;
    if (type === "onnx" ? alsoOfFiles.includes(key) : home.includes(protocol)) continue;
    const where = home.map((name) => `\`${name}\``).join(", ");
    report.add("MODEL_KEY_MISPLACED", { key, where }, keyLocation);
  }
}
