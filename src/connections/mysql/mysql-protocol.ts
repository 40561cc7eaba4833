/** The part of `mysql2` that is used here. The package is optional, so its own types are not. */
export interface MysqlModule {
  createConnection(config: object): MysqlConnection;
  readonly TypedParameter?: { readonly LONGLONG: (value: bigint) => object } | undefined;
}

export interface MysqlConnection {
  readonly threadId: number | null;
  readonly stream: { destroy(): void };
  execute(sql: string, values: readonly unknown[]): MysqlCommand;
  prepare(sql: string, done: (error: MysqlError | null, statement: MysqlPrepared) => void): unknown;
  query(sql: string, done: (error: MysqlError | null, rows: unknown) => void): unknown;
  unprepare(sql: string): unknown;
  end(done: (error?: MysqlError | null) => void): void;
  destroy(): void;
  on(event: "connect" | "end", listener: () => void): unknown;
  on(event: "error", listener: (error: MysqlError) => void): unknown;
}

/** A statement that runs, told as events. */
export interface MysqlCommand {
  on(event: "fields", listener: (fields: readonly MysqlColumn[] | undefined) => void): this;
  on(event: "result", listener: (rowOrHeader: readonly unknown[] | MysqlChange) => void): this;
  on(event: "error", listener: (error: MysqlError) => void): this;
  on(event: "end", listener: () => void): this;
}

export interface MysqlPrepared {
  readonly columns: readonly MysqlColumn[];
  readonly parameters: readonly MysqlColumn[];
  close(): void;
}

export interface MysqlColumn {
  readonly name: string;
  readonly columnType: number;
  readonly columnLength: number;
  readonly characterSet: number;
  readonly flags: number;
  readonly extendedFormat?: string | undefined;
}

export interface MysqlChange {
  readonly affectedRows: number;
  readonly insertId: number | string;
}

export interface MysqlError extends Error {
  readonly errno?: number;
  readonly code?: string;
  readonly sqlState?: string;
}
