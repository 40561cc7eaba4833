import type { ModelFile } from "../../../connections/onnx/model-file.js";
import type { ModelValue } from "../../../connections/onnx/model-value.js";
import { probabilitiesAmong } from "../answers/usual-names.js";
import type { Signature } from "../backend.js";
import type { Model } from "../model.js";
import type { TensorSignature } from "../tensors/tensor.js";

/** What the file of a model declares: its tensors, and the classes that its probabilities are of. */
export function signatureOf(file: ModelFile, { outputs }: Pick<Model, "outputs">): Signature {
  const tensors = { inputs: tensorsOf(file.inputs), outputs: tensorsOf(file.outputs) };
  const name = probabilitiesAmong(
    tensors.outputs.map((each) => each.name),
    outputs,
  );
  const width = tensors.outputs.find((each) => each.name === name)?.shape?.[1];
  const classNames = file.classLists.find(({ length }) => width === undefined || length === width);
  return { ...tensors, classNames };
}

function tensorsOf(values: readonly ModelValue[]): readonly TensorSignature[] {
  return values.flatMap(({ name, type, shape }) => {
    if (type === undefined) return [];
    // A shape without dimensions is what both a single number and an unknown shape are declared as.
    return [{ name, type, shape: shape?.length === 0 ? undefined : shape }];
  });
}
