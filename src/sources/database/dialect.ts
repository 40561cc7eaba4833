import type { Opening, Prepared, Source } from "../../contracts/source.js";
import type { Bind, Binding, ValueForms } from "./binding.js";
import type { DialectName } from "./connection-string.js";
import type { Lexis } from "./lexis.js";
import type { ParameterType } from "./parameter-type.js";
import type { DatabaseSettings } from "./settings.js";
import type { SentText } from "./sent-text.js";
import type { Statement } from "./statement.js";

/** One kind of database: how its SQL is written, and how it is reached. */
export interface Dialect<SentStatement, Value> {
  readonly name: DialectName;
  readonly lexis: Lexis;
  /** Statements that would change the connection for the calls after it, by their first word. */
  readonly sessionVerbs: ReadonlySet<string>;
  /** Whether its sources cannot be written to. */
  readonly onlyReads?: boolean | undefined;
  readonly values: ValueForms<Value>;
  /** Whether a placeholder can stand in several places of a statement. */
  readonly repeatsPlaceholders: boolean;
  /** Words a placeholder, also between the parentheses of an `IN ( )`; `position` counts from 1. */
  placeholder(position: number, binding: Binding): string;
  /** Words a whole `IN (:list)`, where the dialect has a better form. */
  readonly membership?: ((position: number, isNegated: boolean) => string) | undefined;
  /** What is sent for each call, decided when the configuration is loaded. */
  statement(text: string, shape: StatementShape): SentStatement;
  /** Asks for all tables: a row a column, in order, with the fields of `CatalogueRow`. */
  readonly catalogue: string;
  open(opening: Opening<DatabaseSettings>): Promise<Source<DatabaseCall<SentStatement, Value>>>;
}

export interface StatementShape extends Pick<Statement, "verb" | "insertsInto"> {
  readonly effect: "read" | "write";
  readonly returns: Returns;
  readonly maxRows: number;
  /** The declared types, in the order of the placeholders. */
  readonly parameterTypes: readonly (ParameterType | "list" | undefined)[];
}

export type Returns = "one" | "many" | "value" | "none";

/** An operation of a database, ready to be called. */
export interface DatabaseCall<SentStatement = unknown, Value = unknown> extends Prepared {
  readonly operationName: string;
  readonly statement: SentStatement;
  readonly bind: Bind<Value>;
  readonly returns: Returns;
  /** The way back from what is sent to what was written. */
  readonly sent: SentText;
  /** Columns that its rows must have. */
  readonly keyColumns?: readonly string[] | undefined;
}
