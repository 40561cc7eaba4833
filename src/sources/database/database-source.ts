import type { SourceType } from "../../contracts/source.js";
import { checkSource } from "./check-source.js";
import type { DatabaseCall } from "./dialect.js";
import { dialectOf } from "./dialects.js";
import { operationSchema, type DatabaseOperation } from "./operation.js";
import { prepareOperation } from "./prepare.js";
import { settingsSchema, type DatabaseSettings } from "./settings.js";

/** SQL databases. Source keys and operation keys are described in `docs/databases.md`. */
export const databaseSource: SourceType<DatabaseSettings, DatabaseOperation, DatabaseCall> = {
  kind: "database",
  file: "database",
  operations: { key: "operations", placed: "beside" },
  settings: settingsSchema,
  operation: operationSchema,
  prepare: (definition) => prepareOperation(definition, dialectOf(definition.settings)),
  checkSource,
  transactions: (settings) => dialectOf(settings).onlyReads !== true,
  open: (opening) => dialectOf(opening.settings).open(opening),
};
