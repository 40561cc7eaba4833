import { PostgresExchange } from "./postgres-exchange.js";
import type { PgConnection, PgField } from "./postgres-protocol.js";

/** What the server says of a statement that it has parsed and not run. */
export interface PostgresDescribed {
  readonly parameterTypes: readonly number[];
  /** Empty for a statement without rows. */
  readonly fields: readonly PgField[];
}

/** Has a statement parsed and described. */
export class PostgresDescription extends PostgresExchange {
  private readonly sql: string;
  private readonly types: readonly number[];
  private readonly ended: (error: Error | undefined, described: PostgresDescribed) => void;
  private fields: readonly PgField[] = [];
  private parameterTypes: readonly number[] = [];

  constructor(
    sql: string,
    types: readonly number[],
    ended: (error: Error | undefined, described: PostgresDescribed) => void,
  ) {
    super();
    this.sql = sql;
    this.types = types;
    this.ended = ended;
  }

  submit(connection: PgConnection): null {
    connection.once("parameterDescription", ({ dataTypeIDs }) => (this.parameterTypes = dataTypeIDs));
    connection.parse({ name: "", text: this.sql, types: this.types });
    connection.describe({ type: "S", name: "" });
    connection.sync();
    return null;
  }

  override handleRowDescription({ fields }: { readonly fields: readonly PgField[] }): void {
    this.fields = fields;
  }

  handleReadyForQuery(): void {
    this.end(undefined);
  }

  handleError(error: Error): void {
    this.end(error);
  }

  private end(error: Error | undefined): void {
    this.ended(error, { fields: this.fields, parameterTypes: this.parameterTypes });
  }
}
