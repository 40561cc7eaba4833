import type { FeatureView, Field } from "../registry/model.js";

/** A view as one selection reads it. */
export interface Projection {
  readonly view: FeatureView;
  /** The alias or the name, with its version where one is pinned: what full names begin with. */
  readonly name: string;
  /** What stores call the view: its real name, with a version where the repository keeps several. */
  readonly storedName: string;
  readonly features: readonly Field[];
  /** The view's join key → the key that callers send. */
  readonly joinKeyMap: ReadonlyMap<string, string>;
}

/** One column of an answer. */
export interface Column {
  /** What callers see. */
  readonly name: string;
  readonly field: Field;
  /** Positions in the projections and in the features of that one. */
  readonly projection: number;
  readonly feature: number;
}

export interface ResolvedSelection {
  readonly projections: readonly Projection[];
  readonly columns: readonly Column[];
  /** The service whose features are kept ready in one piece, where it is read so. */
  readonly precomputedService: string | undefined;
}
