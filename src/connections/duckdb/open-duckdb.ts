import type { Clock } from "../../contracts/host.js";
import { loadOptional, optionalPackages } from "../optional-packages.js";
import type { PoolSettings } from "../sql/pool-settings.js";
import { PooledDatabase } from "../sql/pooled-database.js";
import { FaultError } from "../sql/sql-fault.js";
import type { DuckdbInstance, DuckdbModule, DuckdbStatement, DuckdbValue } from "./duckdb-protocol.js";
import { DuckdbSession } from "./duckdb-session.js";

export interface DuckdbOptions extends PoolSettings {
  /** Absolute; `undefined` for a database that holds nothing and reads files. */
  readonly path: string | undefined;
  /** Where the relative paths of files in queries begin. */
  readonly filesFolder: string;
  readonly clock: Clock;
  readonly log: (level: "warn", message: string) => void;
}

export type DuckdbDatabase = PooledDatabase<DuckdbStatement, DuckdbValue, DuckdbSession>;

/** Loads the driver; the file is opened, for reading only, when it is needed. Throws DRIVER_MISSING. */
export async function openDuckdb(
  options: DuckdbOptions,
  importModule?: (name: string) => Promise<unknown>,
): Promise<DuckdbDatabase> {
  const driver = (await loadOptional(optionalPackages.duckdb, importModule)) as DuckdbModule;
  let opened: DuckdbInstance | undefined;
  return new PooledDatabase({
    ...options,
    async connect() {
      try {
        opened ??= await openInstance(driver, options.path);
        const connection = await opened.connect();
        await connection.run("SET TimeZone = 'UTC'");
        await connection.run(`SET file_search_path = '${options.filesFolder.replaceAll("'", "''")}'`);
        return new DuckdbSession(connection, driver);
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        throw new FaultError({ kind: "unreachable", message, wasSent: false });
      }
    },
    stop: (_through, stopped) => stopped.interrupt(),
    describe: (session, statement) => session.describe(statement),
    beginning: () => ["BEGIN TRANSACTION"],
  });
}

/** Extensions are never fetched from elsewhere: those for Parquet, JSON and time zones are built in. */
function openInstance(driver: DuckdbModule, path: string | undefined): Promise<DuckdbInstance> {
  return driver.DuckDBInstance.create(path ?? ":memory:", {
    autoinstall_known_extensions: "false",
    ...(path === undefined ? {} : { access_mode: "READ_ONLY" }),
  });
}
