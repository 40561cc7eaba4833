import type { SourceLog } from "../../../contracts/source.js";
import { PostgresClient } from "../online/postgres-client.js";
import type { PostgresSettings } from "../repository/online-store-config.js";
import type { RegistryDialect } from "./registry-tables.js";
import type { RegistryDatabase } from "./sql-registry.js";

const dialect: RegistryDialect = {
  tables: "SELECT tablename AS name FROM pg_tables WHERE schemaname = ANY(current_schemas(false))",
  parameter: "$1",
  hex: (column) => `encode(${column}, 'hex')`,
};

/** More than any registry has. */
const maxBytes = 1_073_741_824;

/** The tables of a registry in a PostgreSQL. */
export function postgresRegistry(
  settings: PostgresSettings,
  folder: string,
  log: SourceLog,
): RegistryDatabase {
  const client = new PostgresClient({ settings, folder, maxBytes, log });
  return {
    dialect,
    async query(text, values) {
      try {
        return await client.rows({ text, values: [...values] });
      } catch (error) {
        // Of several addresses that all refuse, the driver only has the code to say.
        const { message, code } = error as { message: string; code?: string };
        throw new Error(message === "" ? code : message, { cause: error });
      }
    },
    close: () => client.close(),
  };
}
