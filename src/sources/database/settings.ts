import { textFromFile } from "../../connections/http/text-from-file.js";
import { OrchestratorError } from "../../problems/orchestrator-error.js";
import { mapping, object, oneOrMany, optional, required, withDefault } from "../../schema/composites.js";
import { duration, enumeration, integer, text } from "../../schema/scalars.js";
import { mapped, type CheckContext, type Infer, type Schema } from "../../schema/schema.js";
import type { Tree } from "../../schema/tree.js";
import { connectionString } from "./connection-string.js";
import { pragmasSchema } from "./pragmas.js";

/** The keys of a database source. */
export const settingsSchema = object({
  connection_string: required(connectionString(), "where the database is; a password in it is a secret"),
  pool_size: optional(
    integer({ min: 1, max: 1_000 }),
    "connections that read, and as many that write; SQLite has one that writes",
    "10; of SQLite and DuckDB 2",
  ),
  pool_timeout: withDefault(duration(), 2_000, "how long a call waits for a free connection", "2s"),
  idle_timeout: withDefault(duration(), 30_000, "after which an unused connection is closed", "30s"),
  max_lifetime: withDefault(duration(), 1_800_000, "after which a connection is replaced", "30m"),
  ssl: optional(
    enumeration(["disable", "prefer", "require", "verify-ca", "verify-full"]),
    "whether the connection is encrypted, and whose certificate is taken",
    "`disable` on this machine, else `prefer`",
  ),
  ca_file: optional(pemFile(), "certificates to trust in place of those of Node.js"),
  cert_file: optional(pemFile(), "the certificate that this side shows"),
  key_file: optional(pemFile(), "the private key of `cert_file`"),
  application_name: optional(text(), "how the database lists the connections", "the name of the app"),
  init_sql: optional(oneOrMany(existingFile()), "scripts that run when a SQLite file has no tables"),
  init_csv: optional(mapping(existingFile()), "tables and the CSV files that then fill them"),
  options: optional(
    object({ pragmas: optional(pragmasSchema, "settings of SQLite") }),
    "settings of the database's own",
  ),
});

export type DatabaseSettings = Infer<typeof settingsSchema>;

function pemFile(): Schema<string> {
  return textFromFile("the path of a PEM file");
}

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
