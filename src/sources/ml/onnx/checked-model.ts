import { ModelFileError, readModelFile, type ModelFile } from "../../../connections/onnx/model-file.js";
import { withoutZipMaps } from "../../../connections/onnx/strip-zip-maps.js";
import type { SourceDefinition } from "../../../contracts/source.js";
import type { Location } from "../../../problems/location.js";
import { OrchestratorError } from "../../../problems/orchestrator-error.js";
import type { Signature } from "../backend.js";
import { keyPlace } from "../declared/key-place.js";
import { featuresOf } from "../features/feature-vector.js";
import { modelsOf, type Model } from "../model.js";
import type { MlSettings } from "../settings.js";
import { layoutOf } from "./input-layout.js";
import { signatureOf } from "./signature.js";

type Definition = Pick<SourceDefinition<MlSettings>, "settings" | "readFile">;
type Read = ModelFile | { readonly reason: string };

const known = new WeakMap<MlSettings, Map<string, Read>>();

/** What the file of a model declares, where it can be read: nothing needs to be installed for that. */
export function declaredSignature(model: Model, definition: Definition): Signature | undefined {
  const file = fileOf(model, definition);
  return file === undefined || "reason" in file ? undefined : signatureOf(file, model);
}

/** Checks the files of a source's models, and that what is said of them is true. */
export function checkModelFiles(definition: SourceDefinition<MlSettings>): void {
  const { settings, sourceName, report } = definition;
  for (const model of modelsOf(sourceName, settings)) {
    const placeOf = (key: string) => keyPlace(model.name, key, definition);
    const file = fileOf(model, definition);
    if (file === undefined) report.add("MODEL_PATH_MISSING", { name: model.name }, placeOf("model_path"));
    else if ("reason" in file)
      report.add("MODEL_UNUSABLE", { file: model.file.path!, reason: file.reason }, placeOf("model_path"));
    else checkDeclared(model, file, definition, placeOf);
  }
}

function checkDeclared(
  model: Model,
  file: ModelFile,
  definition: SourceDefinition<MlSettings>,
  placeOf: (key: string) => Location,
): void {
  const { report } = definition;
  const path = model.file.path!;
  const signature = signatureOf(file, model);
  const unsendable = file.inputs.find(({ type }) => type === undefined);
  const layouts =
    unsendable === undefined
      ? layoutOf(featuresOf(model, signature) ?? [], signature.inputs)
      : `its input "${unsendable.name}" is ${unsendable.described}, which cannot be sent`;
  // What the model itself leaves open can be given by `tensors`; only what is declared can be wrong.
  if (typeof layouts === "string" && (model.inputs !== undefined || unsendable !== undefined))
    report.add("MODEL_INPUTS_MISMATCH", { model: path, reason: layouts }, placeOf("inputs"));
  checkClasses(model, signature.classNames, definition, placeOf);
  for (const name of model.outputs?.names ?? []) {
    const output = file.outputs.find((each) => each.name === name);
    if (output === undefined) {
      const known = file.outputs.map((each) => each.name);
      report.add("MODEL_OUTPUT_UNKNOWN", { model: path, name, known }, placeOf("outputs"));
    } else if (output.type === undefined) {
      const facts = { file: path, name, type: output.described };
      report.add("MODEL_OUTPUT_UNSUPPORTED", facts, placeOf("outputs"));
    }
  }
}

function checkClasses(
  { file, classNames, positiveClass }: Model,
  classes: readonly string[] | undefined,
  { report }: Pick<SourceDefinition<MlSettings>, "report">,
  placeOf: (key: string) => Location,
): void {
  const path = file.path!;
  if (classNames !== undefined && classes !== undefined && classNames.length !== classes.length) {
    const counts = { found: classNames.length, wanted: classes.length };
    report.add("MODEL_CLASSES_MISMATCH", { file: path, ...counts }, placeOf("class_names"));
  }
  const known = classNames ?? classes;
  if (positiveClass === undefined || known === undefined || known.includes(positiveClass)) return;
  report.add("MODEL_CLASS_UNKNOWN", { file: path, name: positiveClass, known }, placeOf("positive_class"));
}

/** Read once for a configuration, however many steps ask the model. */
function fileOf({ file }: Model, { settings, readFile }: Definition): Read | undefined {
  if (file.path === undefined) return undefined;
  const files = known.get(settings) ?? new Map<string, Read>();
  known.set(settings, files);
  const key = `${String(file.stripsZipMaps)} ${file.path}`;
  const read = files.get(key) ?? readFrom(file.path, file.stripsZipMaps, readFile);
  files.set(key, read);
  return read;
}

function readFrom(path: string, stripsZipMaps: boolean, readFile: Definition["readFile"]): Read {
  try {
    const file = readModelFile(readFile(path));
    return stripsZipMaps ? withoutZipMaps(file) : file;
  } catch (error) {
    if (error instanceof ModelFileError) return { reason: error.message };
    if (error instanceof OrchestratorError)
      return { reason: error.code === "FILE_NOT_FOUND" ? "there is no such file" : "it cannot be read" };
    throw error;
  }
}
