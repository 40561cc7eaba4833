import { OrchestratorError } from "../../problems/orchestrator-error.js";
import { mapping, object, oneOrMany, optional, required, withDefault } from "../../schema/composites.js";
import { duration, integer, text } from "../../schema/scalars.js";
import { mapped, type CheckContext, type Infer, type Schema } from "../../schema/schema.js";
import type { Tree } from "../../schema/tree.js";
import { connectionString } from "./connection-string.js";
import { pragmasSchema } from "./pragmas.js";

/** The keys of a database source. */
export const settingsSchema = object(
  {
    connection_string: required(connectionString(), "where the database is; a password in it is a secret"),
    pool_size: optional(
      integer({ min: 1, max: 64 }),
      "connections; of SQLite those that read, beside one that writes",
      "2",
    ),
    pool_timeout: withDefault(duration(), 2_000, "how long a call waits for a free connection", "2s"),
    init_sql: optional(oneOrMany(existingFile()), "scripts that run when a SQLite file has no tables"),
    init_csv: optional(mapping(existingFile()), "tables and the CSV files that then fill them"),
    options: optional(
      object({ pragmas: optional(pragmasSchema, "settings of SQLite") }),
      "settings of the database's own",
    ),
  },
  {
    planned: ["idle_timeout", "max_lifetime", "ssl", "ca_file", "cert_file", "key_file", "application_name"],
  },
);

export type DatabaseSettings = Infer<typeof settingsSchema>;

/** The path of a file that is there, as it is written: relative to the project, or absolute. */
function existingFile(): Schema<string> {
  return mapped(text("the path of a file"), (path, tree, context) =>
    readFile(path, tree, context) === undefined ? undefined : path,
  );
}

/** The text of a file; what is wrong with it is reported at the place that names it. */
export function readFile(path: string, tree: Tree, context: CheckContext): string | undefined {
  try {
    return context.readText(path);
  } catch (error) {
    if (!(error instanceof OrchestratorError)) throw error;
    return context.report.addProblem({ ...error.problem, location: tree.location });
  }
}
