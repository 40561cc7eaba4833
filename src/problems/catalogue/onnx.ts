import { entry } from "../entry.js";
import { nameHint } from "../nearest.js";

/** Problems of model files that this service runs itself. */
export const onnxProblems = {
  MODEL_UNUSABLE: entry<{ file: string; reason: string }>(
    "A model file cannot be read, or ONNX Runtime cannot load it.",
    (p) => ({ message: `The model "${p.file}" cannot be used: ${p.reason}.` }),
  ),
  MODEL_PATH_MISSING: entry<{ name: string }>(
    "A model of `type: onnx` does not say where its file is.",
    (p) => ({
      message: `The model "${p.name}" does not say where its file is.`,
      hint: "Give `model_path`.",
    }),
  ),
  MODEL_OUTPUT_UNSUPPORTED: entry<{ file: string; name: string; type: string }>(
    "`outputs` names an output that is no tensor, which ONNX Runtime cannot hand out.",
    (p) => ({
      message: `The output "${p.name}" of the model "${p.file}" is ${p.type}, which ONNX Runtime cannot hand out.`,
      hint: p.type.startsWith("seq(map")
        ? "Write `zipmap: strip`, or export the model with `zipmap: False`."
        : "Export the model with a tensor in its place, or leave the output out.",
    }),
  ),
  MODEL_CLASSES_MISMATCH: entry<{ file: string; found: number; wanted: number }>(
    "`class_names` are more or fewer than the classes of a model's file.",
    (p) => ({
      message: `The model "${p.file}" has ${p.wanted} classes, and \`class_names\` has ${p.found}.`,
    }),
  ),
  MODEL_CLASS_UNKNOWN: entry<{ file: string; name: string; known: readonly string[] }>(
    "`positive_class` is no class of a model's file.",
    (p) => ({
      message: `The model "${p.file}" has no class "${p.name}".`,
      hint: nameHint(p.name, p.known),
    }),
  ),
};
