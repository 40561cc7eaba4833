/** The part of `pg` that is used here; its types describe less of a connection than its queries may use. */
export interface PgModule {
  readonly Client: new (config: object) => PgClient;
}

export interface PgClient {
  readonly processID: number | null;
  connect(): Promise<unknown>;
  query(submittable: PgSubmittable): unknown;
  query(text: string, done: (error: Error | null) => void): unknown;
  end(): Promise<void>;
  on(event: "error" | "end", listener: (error?: Error) => void): unknown;
  getTransactionStatus(): string | null;
  readonly connection: PgConnection & {
    readonly stream: { destroy(): void };
    /** What the server has parsed, by name. */
    readonly parsedStatements: Record<string, string>;
  };
}

/** The messages of the extended protocol. */
export interface PgConnection {
  readonly stream: { cork(): void; uncork(): void };
  parse(message: { name: string; text: string; types: readonly number[] }): void;
  bind(message: { statement: string; values: readonly (string | null)[] }): void;
  describe(message: { type: "P" | "S"; name: string }): void;
  execute(message: { portal?: string; rows?: number }): void;
  close(message: { type: "S"; name: string }): void;
  flush(): void;
  sync(): void;
  once(
    event: "parameterDescription",
    listener: (message: { readonly dataTypeIDs: readonly number[] }) => void,
  ): unknown;
}

export interface PgField {
  readonly name: string;
  readonly dataTypeID: number;
}

/** A query of our own: the client hands it the connection and then each message. */
export interface PgSubmittable {
  submit(connection: PgConnection): Error | null;
  handleRowDescription(message: { fields: readonly PgField[] }): void;
  handleDataRow(message: { fields: readonly (string | null)[] }): void;
  handleCommandComplete(message: { text: string }, connection: PgConnection): void;
  handleEmptyQuery(connection: PgConnection): void;
  handlePortalSuspended(connection: PgConnection): void;
  handleError(error: Error, connection: PgConnection): void;
  handleReadyForQuery(connection: PgConnection): void;
  handleCopyInResponse(connection: PgConnection): void;
  handleCopyData(message: unknown, connection: PgConnection): void;
}
