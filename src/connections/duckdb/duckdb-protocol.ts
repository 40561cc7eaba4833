/** The part of `@duckdb/node-api` that is used here. The package is optional, so its own types are not. */
export interface DuckdbModule {
  readonly DuckDBInstance: {
    create(path: string, options: Readonly<Record<string, string>>): Promise<DuckdbInstance>;
  };
  readonly BIGINT: object;
  readonly DOUBLE: object;
  readonly VARCHAR: object;
  readonly SQLNULL: object;
  LIST(item: object): object;
  listValue(items: readonly unknown[]): object;
}

export interface DuckdbInstance {
  connect(): Promise<DuckdbConnection>;
  closeSync(): void;
}

export interface DuckdbConnection {
  prepare(text: string): Promise<DuckdbPrepared>;
  run(text: string): Promise<unknown>;
  interrupt(): void;
  closeSync(): void;
}

export interface DuckdbPrepared {
  readonly columnCount: number;
  columnName(index: number): string;
  columnType(index: number): DuckdbType;
  bind(values: readonly unknown[], types: readonly object[]): void;
  stream(): Promise<DuckdbResult>;
  destroySync(): void;
}

export interface DuckdbResult {
  columnNames(): readonly string[];
  columnTypes(): readonly DuckdbType[];
  fetchChunk(): Promise<DuckdbChunk | null>;
}

export interface DuckdbChunk {
  readonly rowCount: number;
  getRows(): readonly (readonly unknown[])[];
}

export interface DuckdbType {
  readonly typeId: number;
  readonly alias?: string | undefined;
}

/** One statement, decided when the configuration is loaded. Compared by identity, so make each one once. */
export interface DuckdbStatement {
  /** SQL with the placeholders `$1`, `$2`, … */
  readonly text: string;
  readonly effect: "read" | "write";
  readonly returns: "many" | "one" | "value" | "none";
  readonly maxRows: number;
}

export type DuckdbScalar = null | number | bigint | string;
export type DuckdbValue = DuckdbScalar | readonly DuckdbScalar[];
