import type { JsonObject, JsonValue } from "../../expression/value.js";
import type { StatementDescription, StatementRefusal } from "../sql/sql-database.js";
import { FaultError, type SqlFault } from "../sql/sql-fault.js";
import { placeOfName, placeOfQuote } from "../sql/statement-place.js";
import type { SqliteDatabase } from "./database.js";
import type { SqliteStatement } from "./protocol.js";

/** Has SQLite prepare a statement. Rejects with a FaultError where the file cannot be used. */
export function describeStatement(
  database: SqliteDatabase,
  statement: SqliteStatement,
): Promise<StatementDescription | StatementRefusal> {
  const asked: SqliteStatement = { ...statement, effect: "read", isDescribed: true };
  return new Promise((resolve, reject: (error: FaultError) => void) => {
    database.run(asked, [], {
      succeed: (columns) => resolve(descriptionOf(columns as unknown as readonly Column[])),
      fail: (fault) => {
        if (fault.kind === "failed") resolve(refusalOf(fault, statement.text));
        else reject(new FaultError(fault));
      },
    });
  });
}

interface Column {
  readonly name: string;
  readonly type: string | null;
}

function descriptionOf(columns: readonly Column[]): StatementDescription {
  return { columns: columns.map(({ name, type }) => ({ name, schema: schemaOf(type) })), parameters: [] };
}

function refusalOf({ message }: SqlFault, text: string): StatementRefusal {
  const name = /^no such (?:column|table|function): (.+?)(?: - |$)/.exec(message)?.[1];
  const near = /^near "(.*)": syntax error/.exec(message)?.[1];
  const place =
    name !== undefined ? placeOfName(text, name) : near === undefined ? undefined : placeOfQuote(text, near);
  return { reason: message, place };
}

/** A declared type binds no value of SQLite, so only what its reader makes sure of is told. */
function schemaOf(declared: string | null): JsonObject {
  const found = forms.find(([form]) => form.test(declared ?? ""));
  return found === undefined ? {} : { type: found[1] as JsonValue };
}

const forms: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^(?:BOOL(?:EAN)?|TINYINT\(1\))$/i, ["boolean", "integer", "string", "null"]],
  [/INT/i, ["integer", "string", "null"]],
  [/^(?:REAL|DOUBLE|FLOAT)/i, ["number", "string", "null"]],
  [
    /^(?:TEXT|VARCHAR|CHAR|DATE|DATETIME|TIMESTAMP|DECIMAL|NUMERIC|BLOB|CLOB)\b/i,
    ["string", "integer", "number", "null"],
  ],
];
