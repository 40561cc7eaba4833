import type { Location } from "../../../problems/location.js";

/** Where something stands in a `feature_store.yaml`. */
export type Place = Omit<Location, "file">;

/** A `feature_store.yaml` that cannot be used: which setting, and why. */
export class RepositoryError extends Error {
  override readonly name = "RepositoryError";
  readonly place: Place;

  constructor(message: string, place: Place) {
    super(message);
    this.place = place;
  }
}

/** A store or registry that only Feast's own server can read. */
export class UnsupportedError extends Error {
  override readonly name = "UnsupportedError";
  readonly what: string;
  readonly known: readonly string[];
  readonly place: Place;

  constructor(what: string, known: readonly string[], place: Place) {
    super(what);
    this.what = what;
    this.known = known;
    this.place = place;
  }
}
