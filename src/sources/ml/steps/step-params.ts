import type { StepDefinition } from "../../../contracts/source.js";
import type { Report } from "../../../problems/report.js";
import type { Tree } from "../../../schema/tree.js";
import type { Model } from "../model.js";
import type { Feature } from "../features/feature.js";
import { protocolOf } from "../protocols/protocols.js";
import type { MlSettings } from "../settings.js";
import type { Asked } from "./ml-call.js";

const questions: readonly Asked[] = ["features", "rows", "tensors", "messages", "input"];
const allParams = [...questions, "parameters"];

/** What the `params` of a step ask. Reports every problem in them and answers `undefined` when there was one. */
export function readParams(
  definition: StepDefinition<MlSettings>,
  model: Model,
  features: readonly Feature[] | undefined,
): Asked | undefined {
  const { params, tree, report, settings } = definition;
  const before = report.errorCount;
  for (const [name, { keyLocation }] of params?.entries ?? []) {
    if (!allParams.includes(name)) report.add("MODEL_PARAM_UNKNOWN", { name, known: allParams }, keyLocation);
  }
  const found = questions.filter((name) => params?.entries.has(name) === true);
  const [asks, second] = found;
  const place = params?.location ?? tree.location;
  const { spoken, asks: supported } = understood(settings);
  if (asks === undefined || second !== undefined) {
    if (report.errorCount === before)
      report.add("MODEL_QUESTION_UNSPECIFIED", { found, known: supported }, place);
    return undefined;
  }
  const entry = params!.entries.get(asks)!;
  if (!supported.includes(asks)) {
    const facts = { name: asks, protocol: spoken, known: supported };
    report.add("MODEL_PARAM_UNSUPPORTED", facts, entry.keyLocation);
  }
  if (settings.type === "onnx") refuseSentParameters(params!.entries.get("parameters")?.value, report);
  if (asks === "features") checkNames(entry.value, features, model, definition);
  return report.errorCount > before ? undefined : asks;
}

/** What the models of a source can be asked, and in whose words. */
function understood(settings: MlSettings): { readonly spoken: string; readonly asks: readonly Asked[] } {
  if (settings.type === "onnx") return { spoken: "onnx", asks: ["features", "rows", "tensors"] };
  return { spoken: settings.protocol, asks: protocolOf(settings).asks };
}

/** A file is sent nothing; the threshold decides here. */
function refuseSentParameters(written: Tree | undefined, report: Report): void {
  if (written?.kind !== "mapping") return;
  for (const [name, { keyLocation }] of written.entries) {
    if (name === "threshold") continue;
    const facts = { name: `parameters.${name}`, protocol: "onnx", known: ["parameters.threshold"] };
    report.add("MODEL_PARAM_UNSUPPORTED", facts, keyLocation);
  }
}

/** Where features are written as a mapping and the model's are declared, every name is known while loading. */
function checkNames(
  written: Tree,
  inputs: readonly Feature[] | undefined,
  model: Model,
  { report }: StepDefinition<MlSettings>,
): void {
  if (written.kind !== "mapping" || inputs === undefined) return;
  const known = inputs.map(({ name }) => name);
  for (const [name, { keyLocation }] of written.entries) {
    if (!known.includes(name)) report.add("MODEL_FEATURE_UNKNOWN", { name, known }, keyLocation);
  }
  for (const { name, defaultValue } of inputs) {
    if (written.entries.has(name) || stands(defaultValue, model)) continue;
    report.add("MODEL_FEATURE_MISSING", { name }, written.location);
  }
}

function stands(defaultValue: unknown, { missing }: Model): boolean {
  return defaultValue !== undefined || missing === "nan" || missing === "zero";
}
