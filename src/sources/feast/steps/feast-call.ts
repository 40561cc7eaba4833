import type { MaxAge, Prepared } from "../../../contracts/source.js";
import type { FeatureParams } from "./feature-params.js";

/** A step that asks for features, ready to be called. */
export interface FeastCall extends Prepared, FeatureParams {
  readonly maxAge: MaxAge | undefined;
}
