import type { JsonObject } from "../../expression/value.js";
import type { StatementDescription, StatementRefusal } from "../sql/sql-database.js";
import { FaultError } from "../sql/sql-fault.js";
import { wordAt } from "../sql/statement-place.js";
import { postgresFault } from "./postgres-fault.js";
import { isUntyped, type PostgresSession } from "./postgres-session.js";
import type { PostgresStatement } from "./postgres-statement.js";
import { typeIds } from "./type-ids.js";

/** Has PostgreSQL parse a statement. Rejects with a FaultError where the connection breaks. */
export async function describeStatement(
  session: PostgresSession,
  { text, types, fallbackTypes }: PostgresStatement,
): Promise<StatementDescription | StatementRefusal> {
  try {
    const { fields, parameterTypes } = await session.describe(text, types).catch((error: unknown) => {
      if (isUntyped(error)) return session.describe(text, fallbackTypes);
      throw error;
    });
    return {
      columns: fields.map(({ name, dataTypeID }) => ({ name, schema: schemaOf(dataTypeID) })),
      parameters: parameterTypes.map((id) => (types.includes(0) ? (families.get(id) ?? "other") : "other")),
    };
  } catch (error) {
    return refusalOf(error as ServerError, text);
  }
}

interface ServerError extends Error {
  readonly position?: string;
  readonly hint?: string;
}

function refusalOf(error: ServerError, text: string): StatementRefusal {
  const fault = postgresFault(error);
  if (fault.kind === "lost") throw new FaultError(fault);
  const { position, hint, message } = error;
  const start = position === undefined ? undefined : codeUnits(text, Number(position) - 1);
  return { reason: message, hint, place: start === undefined ? undefined : wordAt(text, start) };
}

/** The server counts characters, a string of JavaScript halves of some. */
function codeUnits(text: string, characters: number): number {
  return Array.from(text).slice(0, characters).join("").length;
}

function schemaOf(typeId: number): JsonObject {
  const found = schemas.get(typeId);
  if (found !== undefined) return { type: [...found, "null"] };
  if (typeId === typeIds.json[0] || typeId === typeIds.jsonb[0]) return {};
  return arrays.has(typeId) ? { type: ["array", "null"] } : { type: ["string", "null"] };
}

const schemas: ReadonlyMap<number, readonly string[]> = new Map<number, readonly string[]>([
  [typeIds.bool[0], ["boolean"]],
  [typeIds.int2[0], ["integer"]],
  [typeIds.int4[0], ["integer"]],
  [typeIds.int8[0], ["integer", "string"]],
  [typeIds.oid[0], ["integer"]],
  [typeIds.float4[0], ["number"]],
  [typeIds.float8[0], ["number"]],
]);

const arrays: ReadonlySet<number> = new Set(Object.values(typeIds).map(([, array]) => array));

const families: ReadonlyMap<number, "integer" | "number" | "boolean"> = new Map([
  [typeIds.int2[0], "integer"],
  [typeIds.int4[0], "integer"],
  [typeIds.int8[0], "integer"],
  [typeIds.float4[0], "number"],
  [typeIds.float8[0], "number"],
  [typeIds.numeric[0], "number"],
  [typeIds.bool[0], "boolean"],
]);
