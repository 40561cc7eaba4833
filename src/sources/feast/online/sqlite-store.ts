import { faultError } from "../../../connections/sqlite/fault.js";
import { InlineReader } from "../../../connections/sqlite/inline-reader.js";
import { openSqlite, type SqliteDatabase } from "../../../connections/sqlite/database.js";
import type { SqliteFault, SqliteStatement } from "../../../connections/sqlite/protocol.js";
import type { Clock } from "../../../contracts/host.js";
import type { Cancellable, SourceLog } from "../../../contracts/source.js";
import type { JsonValue } from "../../../expression/value.js";
import { noBytes } from "./cell-builder.js";
import type { CellReceiver, OnlineStore, StoreRead, StoredView } from "./online-store.js";
import { KeptCells, KeptRows, type KeptRow } from "./kept-rows.js";
import { readTimes, readValues } from "./sqlite-answer.js";
import { tableName, timesStatement, valuesStatement } from "./sqlite-statements.js";
import { StoredCells } from "./stored-cells.js";

export interface SqliteStoreOptions {
  /** Absolute. Belongs to Feast: it is only read. */
  readonly path: string;
  readonly project: string;
  readonly clock: Clock;
  readonly log: SourceLog;
}

const nothing: Cancellable = { cancel: () => undefined };
/** So many values at most are read on this thread. They take about a millisecond; more would hold up others. */
const mostInline = 1_000;
const mostKeptBytes = 64 * 1024 * 1024;

/** Opens the SQLite file of a repository. It may not be there yet: reads say so until it is. Throws DRIVER_MISSING. */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<OnlineStore> {
  const { path, clock, log } = options;
  const settings = { path, readers: 2, readsOnly: true, poolTimeoutMs: 2_000, pragmas: [], init: undefined };
  const database = await openSqlite({ ...settings, clock, log });
  return new SqliteStore(database, InlineReader.open(path), options);
}

class SqliteStore implements OnlineStore {
  readonly keySuffix = Buffer.alloc(0);
  readonly absentStatus = "NOT_FOUND";
  private readonly database: SqliteDatabase;
  private readonly inline: InlineReader;
  private readonly project: string;
  private readonly log: SourceLog;
  private readonly kept = new KeptRows(mostKeptBytes);

  constructor(database: SqliteDatabase, inline: InlineReader, { project, log }: SqliteStoreOptions) {
    this.database = database;
    this.inline = inline;
    this.project = project;
    this.log = log;
  }

  prepare(views: readonly StoredView[]): StoreRead {
    const plan = {
      views,
      values: oneValue(valuesStatement(views, this.project)),
      times: oneValue(timesStatement(views, this.project)),
    };
    return { read: (keys, receiver) => this.read(plan, keys, receiver) };
  }

  async sampleKey(viewNames: readonly string[]): Promise<Buffer | undefined> {
    for (const name of viewNames) {
      const text = `SELECT hex(entity_key) FROM ${tableName(this.project, name)} LIMIT 1`;
      const found = await this.ask(oneValue(text)).catch(() => null);
      if (typeof found === "string" && found !== "") return Buffer.from(found, "hex");
    }
    return undefined;
  }

  probe(): Promise<void> {
    return this.database.probe();
  }

  close(): Promise<void> {
    this.inline.close();
    return this.database.close();
  }

  /** Here where it is short, and as the file is now: all of one version, what is kept and what is read. */
  private read(plan: ReadPlan, keys: Keys, receiver: CellReceiver): Cancellable {
    const version = this.inline.version();
    if (version === undefined) return this.readInThread(plan, keys, receiver, undefined);
    const found = this.kept.find(plan, keys, version);
    const missing = keys.map((group, index) => group.filter((_, key) => found[index]![key] === undefined));
    let rows = found as readonly (readonly KeptRow[])[];
    if (missing.some(({ length }) => length > 0)) {
      const cells = this.readHere(plan, missing);
      if (cells === undefined || this.inline.version() !== version)
        return this.readInThread(plan, keys, receiver, version);
      const fresh = this.kept.keep(plan, missing, cells, version);
      rows = found.map((group, index) => filled(group, fresh[index]!));
    }
    receiver.succeed(plan.views.map(({ group }, view) => new KeptCells(rows[group]!, view)));
    return nothing;
  }

  /** Where an entity has none of the features that are wanted, the time of its others is asked for afterwards. */
  private readHere({ views, values, times }: ReadPlan, keys: Keys): readonly StoredCells[] | undefined {
    const cells = emptyCells(views, keys);
    if (cells.reduce((sum, each) => sum + each.count, 0) > mostInline) return undefined;
    const texts = keyTexts(keys);
    const found = this.inline.read(values, texts);
    if (found === undefined) return undefined;
    if (readValues(found as string, cells)) return cells;
    const foundTimes = this.inline.read(times, texts);
    if (foundTimes === undefined) return undefined;
    readTimes(foundTimes as string, cells);
    return cells;
  }

  /** As `readHere`. What was read after `version` was asked for is kept for it. */
  private readInThread(
    plan: ReadPlan,
    keys: Keys,
    receiver: CellReceiver,
    version: number | undefined,
  ): Cancellable {
    const cells = emptyCells(plan.views, keys);
    const texts = keyTexts(keys);
    const fail = (fault: SqliteFault) => receiver.fail(this.explained(fault));
    const succeed = () => {
      if (version !== undefined) this.kept.keep(plan, keys, cells, version);
      receiver.succeed(cells);
    };
    let current = this.database.run(plan.values, texts, {
      fail,
      succeed: (values) => {
        if (readValues(values as string, cells)) return succeed();
        current = this.database.run(plan.times, texts, {
          fail,
          succeed: (times) => {
            readTimes(times as string, cells);
            succeed();
          },
        });
      },
    });
    return { cancel: () => current.cancel() };
  }

  private ask(statement: SqliteStatement): Promise<JsonValue> {
    return new Promise((resolve, reject) => {
      this.database.run(statement, [], { succeed: resolve, fail: (fault) => reject(this.explained(fault)) });
    });
  }

  private explained(fault: SqliteFault) {
    const [, table] = /no such table: (\S+)/.exec(fault.message) ?? [];
    if (table !== undefined) {
      this.log(
        "error",
        "A feature view has no table in the online store: run `feast apply` and `feast materialize`.",
        {
          table,
        },
      );
    } else if (fault.kind !== "cancelled") this.log("warn", `The online store failed: ${fault.message}`);
    return faultError(fault);
  }
}

type Keys = readonly (readonly Buffer[])[];

interface ReadPlan {
  readonly views: readonly StoredView[];
  readonly values: SqliteStatement;
  readonly times: SqliteStatement;
}

function emptyCells(views: readonly StoredView[], keys: Keys): readonly StoredCells[] {
  return views.map(({ group, features }) => new StoredCells(keys[group]!.length, features.length, noBytes));
}

function keyTexts(keys: Keys): readonly string[] {
  return keys.map((group) => `[${group.map((key) => `"${key.toString("hex")}"`).join()}]`);
}

/** The rows that were known, and between them those that were not, in their order. */
function filled(known: readonly (KeptRow | undefined)[], fresh: readonly KeptRow[]): readonly KeptRow[] {
  let next = 0;
  return known.map((row) => row ?? fresh[next++]!);
}

function oneValue(text: string): SqliteStatement {
  return { text, effect: "read", returns: "value", maxRows: 1, changesRows: false, insertsInto: undefined };
}
