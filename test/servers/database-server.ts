/** A database server that a test file started, and stops. */
export interface DatabaseServer {
  /** The YAML of a source for a database of this name, with more keys below. */
  source(database: string, keys?: string): string;
  /** Makes an empty database. */
  createDatabase(name: string): Promise<void>;
  /** Runs statements as the owner of a database, outside of the product; the rows of the last one. */
  admin(database: string, ...statements: readonly string[]): Promise<readonly Record<string, unknown>[]>;
  /** Ends the server at once, as a crash would, and waits until it is gone. */
  kill(): Promise<void>;
  /** Starts it again, on the same port and with the same data. */
  restart(): Promise<void>;
  /** Starts it again with this certificate, or without encryption. */
  show(certificate: { readonly cert: string; readonly key: string } | undefined): Promise<void>;
  stop(): Promise<void>;
}
