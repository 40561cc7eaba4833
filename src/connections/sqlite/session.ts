import { existsSync, mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type { DriverStatement, SqliteConnection, SqliteDriver } from "./driver.js";
import { FaultError } from "../sql/sql-fault.js";
import { faultOf } from "./fault.js";
import type { InitSettings, SessionSettings, SqliteStatement } from "./protocol.js";
import { prepareStatement, type RunStatement } from "./statement-runner.js";

/** Fills a database that has no tables. */
export type Initialise = (connection: SqliteConnection, settings: InitSettings) => void;

const initTimeoutMs = 30_000;
/** So long readers may go on with a file that was replaced. */
export const lookAgainMs = 250;
const maxPrepared = 500;

/** The connection of one thread, with what it has prepared. Opens again by itself when the file was replaced. */
export class Session {
  /** Of a reader: another number once anybody has changed the file or replaced it, as of the last `refresh`. */
  changes = 0;
  openedAtMs = 0;
  private readonly driver: SqliteDriver;
  private readonly settings: SessionSettings;
  private readonly initialise: Initialise | undefined;
  private readonly definitions = new Map<number, SqliteStatement>();
  private readonly prepared = new Map<number, RunStatement>();
  private connection: SqliteConnection | undefined;
  private schemaVersion: DriverStatement | undefined;
  private dataVersion: DriverStatement | undefined;
  private preparedFor: unknown;
  private seenData: unknown;
  private identity: string | undefined;
  private lookedAtMs = 0;
  private wasCreated = false;
  /** While a transaction of several calls is open, the connection must stay as it is. */
  private isInTransaction = false;

  constructor(driver: SqliteDriver, settings: SessionSettings, initialise: Initialise | undefined) {
    this.initialise = initialise;
    this.driver = driver;
    this.settings = settings;
  }

  define(number: number, statement: SqliteStatement): void {
    this.definitions.set(number, statement);
  }

  /**
   * Makes the connection fit for the next calls: open, on the file that is there now, with nothing prepared for
   * a schema that has changed. Throws FaultError.
   */
  refresh(): void {
    if (this.isInTransaction) return;
    if (this.isGone()) this.close();
    if (this.connection === undefined) this.open();
    if (this.prepared.size > maxPrepared) this.prepared.clear();
    const seen = this.settings.role === "reader" ? this.readDataVersion() : undefined;
    if (seen !== undefined && seen === this.seenData) return;
    const { schema_version: version } = this.schemaVersion!.get() as { schema_version: unknown };
    if (version !== this.preparedFor) {
      this.readSchema();
      this.prepared.clear();
    }
    this.preparedFor = version;
    this.seenData = seen;
    this.changes += 1;
  }

  /** SQLite counts the commits of all others for each connection; one that only reads has none of its own. */
  private readDataVersion(): unknown {
    return (this.dataVersion!.get() as { data_version: unknown }).data_version;
  }

  /** The means to run a statement. Throws what the driver throws. */
  runner(number: number): RunStatement {
    const found = this.prepared.get(number);
    if (found !== undefined) return found;
    const definition = this.definitions.get(number)!;
    const run = prepareStatement(this.connection!, definition, () => this.isInTransaction);
    const kept = this.noting(run, definition);
    this.prepared.set(number, kept);
    return kept;
  }

  /** A failed COMMIT leaves its transaction open; a failed ROLLBACK had none. */
  private noting(run: RunStatement, { transaction }: SqliteStatement): RunStatement {
    if (transaction === undefined) return run;
    return (values) => {
      if (transaction === "rolls back") this.isInTransaction = false;
      const value = run(values);
      this.isInTransaction = transaction === "begins";
      return value;
    };
  }

  /** Lets go of a statement that failed: a driver may tell its next run of the old failure. */
  forget(number: number): void {
    this.prepared.delete(number);
  }

  /** The first opening: a writer makes the file and fills it. Throws InitError, or what the driver throws. */
  create(): void {
    if (this.settings.role === "writer") mkdirSync(dirname(this.settings.path), { recursive: true });
    this.connect();
    if (this.initialise && this.settings.init) {
      this.connection!.exec(`PRAGMA busy_timeout = ${initTimeoutMs}`);
      this.initialise(this.connection!, this.settings.init);
      this.connection!.exec(`PRAGMA busy_timeout = ${this.settings.busyTimeoutMs}`);
    }
    this.wasCreated = true;
  }

  close(): void {
    this.isInTransaction = false;
    this.prepared.clear();
    this.schemaVersion = undefined;
    this.dataVersion = undefined;
    this.seenData = undefined;
    this.connection?.close();
    this.connection = undefined;
  }

  private open(): void {
    try {
      if (this.settings.role === "writer" && !this.wasCreated) return this.create();
      if (!existsSync(this.settings.path)) throw new Error("the database file does not exist any more");
      this.connect();
    } catch (error) {
      this.close();
      throw new FaultError({ kind: "unreachable", message: faultOf(error).message, wasSent: false });
    }
  }

  private connect(): void {
    const { path, role, busyTimeoutMs, pragmas } = this.settings;
    const identityBefore = identityOf(path);
    const connection = new this.driver.DatabaseSync(path, {
      readOnly: role === "reader",
      timeout: busyTimeoutMs,
    });
    this.connection = connection;
    if (role === "writer") useWriteAheadLog(connection);
    else connection.exec("PRAGMA query_only = 1");
    for (const pragma of pragmas) connection.exec(pragma);
    this.schemaVersion = connection.prepare("PRAGMA schema_version");
    this.schemaVersion.get();
    this.dataVersion = connection.prepare("PRAGMA data_version");
    this.identity = identityBefore ?? identityOf(path);
    this.lookedAtMs = this.openedAtMs = performance.now();
  }

  /** A connection learns of a changed schema when a statement runs, which is too late for the columns of a new one. */
  private readSchema(): void {
    this.connection!.exec("SELECT 1 FROM sqlite_schema LIMIT 1");
  }

  /** SQLite goes on with a file that was deleted, and what it writes is lost. Writers look before every batch. */
  private isGone(): boolean {
    if (this.connection === undefined) return false;
    const nowMs = performance.now();
    if (this.settings.role === "reader" && nowMs - this.lookedAtMs < lookAgainMs) return false;
    this.lookedAtMs = nowMs;
    return identityOf(this.settings.path) !== this.identity;
  }
}

function identityOf(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found && `${found.dev}:${found.ino}`;
}

/** The change to WAL does not wait for other processes by itself: it fails while one of them looks. */
function useWriteAheadLog(connection: SqliteConnection): void {
  for (let attempt = 1; ; attempt++) {
    try {
      connection.exec("PRAGMA journal_mode = WAL");
      return;
    } catch (error) {
      if (faultOf(error).kind !== "busy" || attempt === 200) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 25);
    }
  }
}
