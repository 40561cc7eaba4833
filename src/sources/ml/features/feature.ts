import type { JsonValue } from "../../../expression/value.js";
import type { ElementType } from "../tensors/element-types.js";

/** One entry of the feature vector. */
export interface Feature {
  readonly name: string;
  /** How many elements it fills: more than one for a list of that length. */
  readonly width: number;
  /** `undefined` where neither the configuration nor the model says it: values pass as they are then. */
  readonly type: ElementType | undefined;
  /** What stands for it where it is missing or null; `undefined` where nothing does. */
  readonly defaultValue: JsonValue | undefined;
  /** The input tensor that it is a part of, where the model has several. */
  readonly tensor: string | undefined;
}
