import type { MaxAge, Prepared } from "../../../contracts/source.js";
import type { Selection } from "../features/selection.js";

/** A step that asks for features, ready to be called. */
export interface FeastCall extends Prepared {
  readonly selection: Selection;
  /** `entities` gives a list of rows, `entity` one. */
  readonly isMany: boolean;
  /** The server answers: there is no repository, or something is computed by Python. */
  readonly needsServer: boolean;
  readonly maxAge: MaxAge | undefined;
}
