import type { PgConnection, PgField, PgSubmittable } from "./postgres-protocol.js";

/** What is said to the server, and what becomes of its answers: those that nobody waits for pass unheard. */
export abstract class PostgresExchange implements PgSubmittable {
  abstract submit(connection: PgConnection): Error | null;
  abstract handleError(error: Error, connection: PgConnection): void;
  abstract handleReadyForQuery(connection: PgConnection): void;

  handleRowDescription(_message: { readonly fields: readonly PgField[] }): void {
    return;
  }

  handleDataRow(_message: { readonly fields: readonly (string | null)[] }): void {
    return;
  }

  handleCommandComplete(_message: { readonly text: string }, _connection: PgConnection): void {
    return;
  }

  handleEmptyQuery(_connection: PgConnection): void {
    return;
  }

  handlePortalSuspended(): void {
    return;
  }

  /** COPY is refused when the configuration is loaded; nothing else begins one. */
  handleCopyInResponse(): void {
    return;
  }

  handleCopyData(): void {
    return;
  }
}
