import { createRequire } from "node:module";

/**
 * The SQLite driver: `node:sqlite` where Node has it, else `@photostructure/sqlite`, which has the same form.
 * Only what is used here is described; neither `@types/node` 20 nor Node 20 itself knows the module.
 */
export interface SqliteDriver {
  readonly DatabaseSync: new (path: string, options: ConnectionOptions) => SqliteConnection;
}

export interface ConnectionOptions {
  readonly readOnly: boolean;
  /** How long a statement waits for the lock of another process, in milliseconds. */
  readonly timeout: number;
}

/** Must stay reachable as long as its statements are used: the driver closes one that is collected. */
export interface SqliteConnection {
  exec(script: string): void;
  prepare(text: string): DriverStatement;
  close(): void;
}

export interface DriverStatement {
  run(...values: readonly DriverValue[]): { changes: number | bigint; lastInsertRowid: number | bigint };
  get(...values: readonly DriverValue[]): unknown;
  all(...values: readonly DriverValue[]): unknown[];
  iterate(...values: readonly DriverValue[]): Iterable<unknown>;
  columns(): readonly { readonly name: string; readonly type: string | null }[];
  setReadBigInts(on: boolean): void;
  /** From Node 22.16 on; rows are objects without it. */
  setReturnArrays?(on: boolean): void;
}

/** A `number` is bound as the driver likes; a `bigint` is always an INTEGER. */
export type DriverValue = null | number | bigint | string;

export const substitutePackage = "@photostructure/sqlite";

/** Loads the driver. Throws DriverMissing where this Node has none and the substitute is not installed. */
export function loadDriver(
  requireModule: (name: string) => unknown = createRequire(import.meta.url),
): SqliteDriver {
  try {
    return withoutExperimentalWarning(() => requireModule("node:sqlite")) as SqliteDriver;
  } catch {
    return loadSubstitute(requireModule);
  }
}

/** There is no SQLite driver; `reason` is why the substitute could not be loaded, where it is installed. */
export class DriverMissing extends Error {
  override readonly name = "DriverMissing";
}

function loadSubstitute(requireModule: (name: string) => unknown): SqliteDriver {
  try {
    return requireModule(substitutePackage) as SqliteDriver;
  } catch (error) {
    const { code, message } = error as { code?: string; message?: string };
    const isAbsent = code === "MODULE_NOT_FOUND" && message?.includes(substitutePackage);
    throw new DriverMissing(isAbsent ? "" : (message ?? ""), { cause: error });
  }
}

/** Node 22 warns of its own module on first use. That one warning is held back, and no other. */
function withoutExperimentalWarning<T>(work: () => T): T {
  const { emitWarning } = process;
  process.emitWarning = ((warning: string | Error, ...rest: never[]) => {
    if (!String(warning).startsWith("SQLite is an experimental feature")) {
      emitWarning.call(process, warning, ...rest);
    }
  }) as typeof process.emitWarning;
  try {
    return work();
  } finally {
    process.emitWarning = emitWarning;
  }
}
