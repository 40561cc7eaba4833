import type { Prepared } from "../../../contracts/source.js";
import type { Location } from "../../../problems/location.js";
import type { Model } from "../model.js";
import type { FeatureTimes } from "../record/feature-times.js";

/** What a step gives a model, and the name of the parameter that holds it. */
export type Asked = "features" | "rows" | "tensors" | "messages" | "input";

/** A step that asks a model, ready to be called. */
export interface MlCall extends Prepared {
  readonly model: Model;
  /** Where the model stands; `undefined` where the source itself is it. */
  readonly location: Location | undefined;
  readonly asks: Asked;
  /** What it gives needs no declaration of the model. */
  readonly isTyped: boolean;
  /** Of rows of features that are recorded. */
  readonly featureTimes: FeatureTimes | undefined;
}
