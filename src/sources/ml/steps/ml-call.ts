import type { Prepared } from "../../../contracts/source.js";
import type { Model } from "../model.js";

/** What a step gives a model, and the name of the parameter that holds it. */
export type Asked = "features" | "rows" | "tensors" | "messages" | "input";

/** A step that asks a model, ready to be called. */
export interface MlCall extends Prepared {
  readonly model: Model;
  readonly asks: Asked;
  /** What it gives needs no declaration of the model. */
  readonly isTyped: boolean;
}
