import type { Clock } from "../../contracts/host.js";
import type { Cancellable, PoolLoad } from "../../contracts/source.js";
import type { OrchestratorError } from "../../problems/orchestrator-error.js";
import { failure } from "../../problems/orchestrator-error.js";
import type { SqliteReceiver } from "./call.js";
import { substitutePackage } from "./driver.js";
import { addLoads } from "../sql/add-loads.js";
import { SerialTransaction } from "../sql/serial-transaction.js";
import { FaultError } from "../sql/sql-fault.js";
import { faultError } from "./fault.js";
import { beginning, KeptChannel } from "./kept-channel.js";
import { Pool, type PoolOptions } from "./pool.js";
import type { InitSettings, SqliteStatement, SqliteValue, StartFault, WorkerSettings } from "./protocol.js";
import { WorkerThread } from "./worker-thread.js";

export interface SqliteOptions {
  /** Absolute. The file and its folder are made where they are missing. */
  readonly path: string;
  readonly readers: number;
  /** The file belongs to another program: nothing is written, and no file is made. `init` is then undefined. */
  readonly readsOnly?: boolean | undefined;
  /** How long a call waits for a free connection, and a statement for the lock of another process. */
  readonly poolTimeoutMs: number;
  readonly pragmas: readonly string[];
  readonly init: InitSettings | undefined;
  readonly clock: Clock;
  readonly log: (level: "warn" | "error", message: string, facts?: Readonly<Record<string, string>>) => void;
}

/** A SQLite file, served by threads: readers beside each other and one writer. */
export interface SqliteDatabase {
  /** The receiver is told once, later than this returns, and not at all after `cancel`. */
  run(statement: SqliteStatement, values: readonly SqliteValue[], receiver: SqliteReceiver): Cancellable;
  /** Begins a transaction on the connection that writes. Rejects with a FaultError. */
  begin(): Promise<SerialTransaction<SqliteStatement, SqliteValue>>;
  /** Rejects with SOURCE_UNREACHABLE where the file cannot be read as a database. */
  probe(): Promise<void>;
  load(): PoolLoad;
  /** Waits a moment for what runs. Can be called twice. */
  close(): Promise<void>;
}

const closeGraceMs = 1_000;

/**
 * Opens a file, and fills it where it has no tables. Throws DRIVER_MISSING and DATABASE_INIT_FAILED. A file that
 * cannot be used now is no failure of this: its calls say so, until it can be.
 */
export async function openSqlite(options: SqliteOptions): Promise<SqliteDatabase> {
  const writers = options.readsOnly === true ? undefined : new Pool(poolOptions(options, "writer"));
  const readers = new Pool(poolOptions(options, "reader"));
  const close = async () =>
    void (await Promise.all([writers?.close(closeGraceMs), readers.close(closeGraceMs)]));
  const faults = await Promise.all([writers?.start(), readers.start()]);
  const fault = faults.find((each) => each !== undefined);
  if (fault?.kind === "unreachable") {
    options.log("error", `The SQLite file cannot be used: ${fault.message}`, { file: options.path });
  } else if (fault) {
    await close();
    throw startError(fault);
  }
  const run: SqliteDatabase["run"] = (statement, values, receiver) => {
    const pool = statement.effect === "write" && writers !== undefined ? writers : readers;
    const call = pool.run(statement, values, receiver);
    return { cancel: () => pool.cancel(call) };
  };
  let closed: Promise<void> | undefined;
  const begin = () => beginOn(writers);
  const load = () => addLoads([readers.load, ...(writers === undefined ? [] : [writers.load])]);
  return { run, begin, load, probe: () => probe(run), close: () => (closed ??= close()) };
}

/** Others that write wait until it is over. */
function beginOn(writers: Pool | undefined): Promise<SerialTransaction<SqliteStatement, SqliteValue>> {
  return new Promise((resolve, reject: (error: FaultError) => void) => {
    if (writers === undefined) {
      return reject(new FaultError({ kind: "read_only", message: "the file is only read", wasSent: false }));
    }
    writers.keep(beginning, {
      succeed: (thread) => resolve(new SerialTransaction(new KeptChannel(thread))),
      fail: (fault) => reject(new FaultError(fault)),
    });
  });
}

function poolOptions(options: SqliteOptions, role: "reader" | "writer"): PoolOptions {
  const settings: Omit<WorkerSettings, "states"> = {
    path: options.path,
    role,
    busyTimeoutMs: options.poolTimeoutMs,
    pragmas: options.pragmas,
    init: role === "writer" ? options.init : undefined,
  };
  return {
    size: role === "writer" ? 1 : options.readers,
    timeoutMs: options.poolTimeoutMs,
    readsOnly: role === "reader",
    clock: options.clock,
    makeThread: (events) => new WorkerThread(settings, events),
    onSetAside: ({ text }) =>
      options.log("warn", "A query runs on though nobody waits for it; its connection was set aside.", {
        query: text,
      }),
    onDeath: (error) => options.log("error", `A SQLite thread ended: ${error.message}`),
  };
}

function startError(fault: Exclude<StartFault, { kind: "unreachable" }>): OrchestratorError {
  if (fault.kind === "init") return failure("DATABASE_INIT_FAILED", fault);
  return failure("DRIVER_MISSING", {
    what: "SQLite",
    name: substitutePackage,
    version: "1.2.1",
    reason: fault.reason,
  });
}

const probeStatement: SqliteStatement = {
  text: "SELECT 1 FROM sqlite_schema LIMIT 1",
  effect: "read",
  returns: "value",
  maxRows: 1,
  changesRows: false,
  insertsInto: undefined,
};

function probe(run: SqliteDatabase["run"]): Promise<void> {
  return new Promise((resolve, reject) => {
    run(probeStatement, [], { succeed: () => resolve(), fail: (fault) => reject(faultError(fault)) });
  });
}
