import { createHash } from "node:crypto";
import { writeArray } from "../../connections/postgres/array-text.js";
import { openPostgres } from "../../connections/postgres/open-postgres.js";
import type { PostgresStatement, PostgresValue } from "../../connections/postgres/postgres-statement.js";
import { typeIds } from "../../connections/postgres/type-ids.js";
import type { Dialect } from "./dialect.js";
import { postgresLexis } from "./lexis.js";
import { OpenedDatabase } from "./opened-database.js";
import type { ParameterType } from "./parameter-type.js";
import { serverOptions } from "./server-options.js";

/** PostgreSQL. Values travel as text, and declared types tell the server what they are. */
export const postgresDialect: Dialect<PostgresStatement, PostgresValue> = {
  name: "postgresql",
  lexis: postgresLexis,
  sessionVerbs: new Set([
    ...["BEGIN", "START", "COMMIT", "END", "ROLLBACK", "ABORT", "SAVEPOINT", "RELEASE", "LOCK"],
    ...["SET", "RESET", "DISCARD", "PREPARE", "EXECUTE", "DEALLOCATE", "LISTEN", "UNLISTEN", "LOAD"],
    ...["DECLARE", "FETCH", "MOVE", "CLOSE", "COPY"],
  ]),
  repeatsPlaceholders: true,
  values: {
    hasExactDecimals: true,
    single: (value) => (value === null ? null : String(value)),
    list: (items) => writeArray(items.map(String)),
  },
  placeholder: (position) => `$${position}`,
  membership: (position, isNegated) => (isNegated ? `<> ALL($${position})` : `= ANY($${position})`),
  statement(text, { effect, returns, maxRows, parameterTypes }) {
    const types = parameterTypes.map((type) => declaredTypes[type ?? "any"][0]);
    const fallbackTypes = parameterTypes.map((type) => declaredTypes[type ?? "any"][1]);
    const name = `o_${createHash("sha256").update(`${types.join()} ${text}`).digest("hex").slice(0, 24)}`;
    return { text, name, effect, returns, maxRows, types, fallbackTypes };
  },
  catalogue: `
    SELECT c.table_name AS "table", c.column_name AS "column", c.data_type AS "type",
           c.is_nullable = 'YES' AS "nullable",
           c.column_default IS NOT NULL OR c.is_identity = 'YES' OR c.is_generated = 'ALWAYS' AS "defaulted",
           EXISTS (SELECT 1 FROM information_schema.table_constraints k
                   JOIN information_schema.key_column_usage u USING (constraint_schema, constraint_name, table_name)
                   WHERE k.constraint_type = 'PRIMARY KEY' AND k.table_schema = c.table_schema
                     AND k.table_name = c.table_name AND u.column_name = c.column_name) AS "key"
    FROM information_schema.columns c
    JOIN information_schema.tables t USING (table_schema, table_name)
    WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE'
    ORDER BY c.table_name, c.ordinal_position`,
  open: (opening) =>
    Promise.resolve(new OpenedDatabase(openPostgres(serverOptions(opening)), postgresDialect, opening.log)),
};

/**
 * What the server is told, and what it is told where it finds no type by itself. Texts are left to it, so that they
 * become what their place needs: an enum, a UUID, an address.
 */
const declaredTypes: Readonly<Record<ParameterType | "list" | "any", readonly [number, number]>> = {
  string: [0, typeIds.text[0]],
  integer: [typeIds.int8[0], typeIds.int8[0]],
  number: [typeIds.numeric[0], typeIds.numeric[0]],
  boolean: [typeIds.bool[0], typeIds.bool[0]],
  date: [typeIds.date[0], typeIds.date[0]],
  timestamp: [typeIds.timestamptz[0], typeIds.timestamptz[0]],
  json: [0, typeIds.jsonb[0]],
  list: [0, typeIds.text[1]],
  any: [0, typeIds.text[0]],
};
