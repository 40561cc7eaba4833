/** One statement, decided when the configuration is loaded. Compared by identity, so make each one once. */
export interface PostgresStatement {
  /** SQL with the placeholders `$1`, `$2`, … */
  readonly text: string;
  /** The statement's name on every connection; the same for the same text and types. */
  readonly name: string;
  /** Reads run on read-only sessions. */
  readonly effect: "read" | "write";
  readonly returns: "many" | "one" | "value" | "none";
  /** More rows than this fail. */
  readonly maxRows: number;
  /** The types of the parameters, by object id; 0 leaves it to the server to find one. */
  readonly types: readonly number[];
  /** The types where the server finds none for a 0. */
  readonly fallbackTypes: readonly number[];
}

/** Values as text, in the form that the server reads. */
export type PostgresValue = string | null;
