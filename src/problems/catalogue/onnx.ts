import { entry } from "../entry.js";

/** Problems of model files that this service runs itself. */
export const onnxProblems = {
  MODEL_UNUSABLE: entry<{ file: string; reason: string }>(
    "A model file cannot be read, or ONNX Runtime cannot load it.",
    (p) => ({ message: `The model "${p.file}" cannot be used: ${p.reason}.` }),
  ),
};
