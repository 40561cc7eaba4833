import type { JsonObject } from "../../expression/value.js";
import type { StatementDescription, StatementRefusal } from "../sql/sql-database.js";
import { FaultError } from "../sql/sql-fault.js";
import { placeOfName, placeOfQuote } from "../sql/statement-place.js";
import { mysqlFault } from "./mysql-fault.js";
import type { MysqlColumn, MysqlError } from "./mysql-protocol.js";
import type { MysqlSession } from "./mysql-session.js";
import { expanded, type MysqlStatement } from "./mysql-statement.js";
import { binaryCharacterSet, mysqlTypes } from "./type-codes.js";

/** Has MySQL or MariaDB prepare a statement. Rejects with a FaultError where the connection breaks. */
export async function describeStatement(
  session: MysqlSession,
  statement: MysqlStatement,
): Promise<StatementDescription | StatementRefusal> {
  const oneItemEach = Array<readonly string[]>(statement.pieces.length - 1).fill([""]);
  const { text } = expanded(statement, oneItemEach);
  try {
    const columns = await session.prepared(text);
    return {
      columns: columns.map((column) => ({ name: column.name, schema: schemaOf(column) })),
      parameters: [],
    };
  } catch (error) {
    const fault = mysqlFault(error as MysqlError);
    if (fault.kind === "lost") throw new FaultError(fault);
    return { reason: fault.message, place: placeOf(fault.message, text) };
  }
}

function placeOf(message: string, text: string): StatementRefusal["place"] {
  const name = /^(?:Unknown column|Table|FUNCTION|Unknown table) '?([^' ]+)/.exec(message)?.[1];
  if (name !== undefined) return placeOfName(text, name);
  const near = / near '([^]*?)' at line/.exec(message)?.[1];
  return near === undefined || near === "" ? undefined : placeOfQuote(text, near);
}

function schemaOf({ columnType, columnLength, extendedFormat, characterSet }: MysqlColumn): JsonObject {
  if (extendedFormat === "json") return {};
  switch (columnType) {
    case mysqlTypes.tiny:
      return { type: [columnLength === 1 ? "boolean" : "integer", "null"] };
    case mysqlTypes.bit:
      return { type: columnLength === 1 ? ["boolean", "null"] : ["integer", "string", "null"] };
    case mysqlTypes.short:
    case mysqlTypes.int24:
    case mysqlTypes.long:
    case mysqlTypes.year:
      return { type: ["integer", "null"] };
    case mysqlTypes.longlong:
      return { type: ["integer", "string", "null"] };
    case mysqlTypes.float:
    case mysqlTypes.double:
      return { type: ["number", "null"] };
    case mysqlTypes.json:
    case mysqlTypes.geometry:
      return {};
    default:
      return characterSet === binaryCharacterSet && columnType === mysqlTypes.blob
        ? { type: ["string", "null"], contentEncoding: "base64" }
        : { type: ["string", "null"] };
  }
}
