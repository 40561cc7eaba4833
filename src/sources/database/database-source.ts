import type { SqliteStatement } from "../../connections/sqlite/protocol.js";
import type { SourceType } from "../../contracts/source.js";
import type { DatabaseCall } from "./dialect.js";
import { operationSchema, type DatabaseOperation } from "./operation.js";
import { prepareOperation } from "./prepare.js";
import { settingsSchema, type DatabaseSettings } from "./settings.js";
import { sqliteDialect } from "./sqlite-dialect.js";

/** SQL databases. Source keys and operation keys are described in `docs/databases.md`. */
export const databaseSource: SourceType<
  DatabaseSettings,
  DatabaseOperation,
  DatabaseCall<SqliteStatement>
> = {
  kind: "database",
  file: "database",
  operations: { key: "operations", placed: "beside" },
  settings: settingsSchema,
  operation: operationSchema,
  prepare: (definition) => prepareOperation(definition, sqliteDialect),
  open: (opening) => sqliteDialect.open(opening),
};
