import type { JsonObject } from "../../expression/value.js";
import type { Opening, Prepared, Source } from "../../contracts/source.js";
import type { Bind, Binding } from "./binding.js";
import type { Lexis } from "./lexis.js";
import type { DatabaseSettings } from "./settings.js";
import type { Statement } from "./statement.js";

export type DialectName = "sqlite";

/** Schemes of connection strings that can be opened. */
export const builtSchemes: ReadonlyMap<string, DialectName> = new Map([["sqlite", "sqlite"]]);

/** Schemes that are documented, and cannot be opened yet, with the names of their databases. */
export const plannedSchemes: ReadonlyMap<string, string> = new Map([
  ["postgresql", "postgresql"],
  ["postgres", "postgresql"],
  ["mysql", "mysql"],
  ["mariadb", "mariadb"],
  ["duckdb", "duckdb"],
]);

/** One kind of database: how its SQL is written, and how it is reached. `SentStatement` is what it is sent. */
export interface Dialect<SentStatement> {
  readonly name: DialectName;
  readonly lexis: Lexis;
  /** Statements that would change the connection for the calls after it, by their first word. */
  readonly sessionVerbs: ReadonlySet<string>;
  /** Words a placeholder; `position` counts from 1. */
  placeholder(position: number, binding: Binding): string;
  /** What is sent for each call, decided when the configuration is loaded. */
  statement(text: string, shape: StatementShape): SentStatement;
  open(opening: Opening<DatabaseSettings>): Promise<Source<DatabaseCall<SentStatement>>>;
}

export interface StatementShape extends Pick<Statement, "verb" | "insertsInto"> {
  readonly effect: "read" | "write";
  readonly returns: Returns;
  readonly maxRows: number;
}

export type Returns = "one" | "many" | "value" | "none";

/** An operation of a database, ready to be called. */
export interface DatabaseCall<SentStatement> extends Prepared {
  readonly operationName: string;
  readonly statement: SentStatement;
  readonly bind: Bind;
  readonly shape: JsonObject | undefined;
}
