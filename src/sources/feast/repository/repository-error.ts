/** A `feature_store.yaml` that cannot be used: which setting, and why. */
export class RepositoryError extends Error {
  override readonly name = "RepositoryError";
}

/** A store or registry that only Feast's own server can read. */
export class UnsupportedError extends Error {
  override readonly name = "UnsupportedError";
  readonly what: string;
  readonly known: readonly string[];

  constructor(what: string, known: readonly string[]) {
    super(what);
    this.what = what;
    this.known = known;
  }
}
