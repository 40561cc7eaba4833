import {
  list,
  mapping,
  object,
  optional,
  required,
  withDefault,
  either,
} from "../../../schema/composites.js";
import { jsonValue } from "../../../schema/json-value.js";
import { enumeration, integer, text } from "../../../schema/scalars.js";
import { mapped, type Schema } from "../../../schema/schema.js";
import type { Tree } from "../../../schema/tree.js";
import { elementTypes } from "../tensors/element-types.js";
import type { Feature } from "./feature.js";

const named = mapped(text("the name of a feature"), (name): Feature => {
  return { name, width: 1, type: undefined, defaultValue: undefined, tensor: undefined };
});

const described = mapped(
  object({
    name: required(text(), "The name of the feature."),
    width: withDefault(integer({ min: 1 }), 1, "How many elements it fills: the length of a list."),
    type: optional(enumeration(elementTypes), "The type of its elements.", "the model's own"),
    default: optional(jsonValue(), "What stands for it where it is missing or null.", "nothing"),
  }),
  (written): Feature => ({
    name: written.name,
    width: written.width,
    type: written.type,
    defaultValue: written.default?.value,
    tensor: undefined,
  }),
);

const features = list(either(isMapping, described, named));

/** The feature vector: a list of features, or such a list for each input tensor. */
export function inputs(): Schema<readonly Feature[]> {
  const byTensor = mapped(mapping(features), (tensors) =>
    [...tensors].flatMap(([tensor, ofTensor]) => ofTensor.map((feature) => ({ ...feature, tensor }))),
  );
  return mapped(either(isMapping, byTensor, features), (found, tree, { report }) => {
    const names = found.map(({ name }) => name);
    const twice = names.find((name, index) => names.indexOf(name) < index);
    if (twice === undefined && names.length > 0) return found;
    const reason =
      twice === undefined ? "There must be a feature at least." : `"${twice}" stands here twice.`;
    return report.add("CONFIG_VALUE_INVALID", { reason }, tree.location);
  });
}

function isMapping({ kind }: Tree): boolean {
  return kind === "mapping";
}
