import { faultError } from "../../../connections/sqlite/fault.js";
import { InlineReader } from "../../../connections/sqlite/inline-reader.js";
import { openSqlite, type SqliteDatabase } from "../../../connections/sqlite/database.js";
import type { SqliteFault, SqliteStatement } from "../../../connections/sqlite/protocol.js";
import type { Clock } from "../../../contracts/host.js";
import type { Cancellable, SourceLog } from "../../../contracts/source.js";
import type { JsonValue } from "../../../expression/value.js";
import { noBytes } from "./cell-builder.js";
import type { CellReceiver, OnlineStore, StoreRead, StoredView } from "./online-store.js";
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

  constructor(database: SqliteDatabase, inline: InlineReader, { project, log }: SqliteStoreOptions) {
    this.database = database;
    this.inline = inline;
    this.project = project;
    this.log = log;
  }

  prepare(views: readonly StoredView[]): StoreRead {
    const statements = {
      values: oneValue(valuesStatement(views, this.project)),
      times: oneValue(timesStatement(views, this.project)),
    };
    return { read: (keys, receiver) => this.read(views, statements, keys, receiver) };
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

  /** Where an entity has none of the features that are wanted, the time of its others is asked for afterwards. */
  private read(
    views: readonly StoredView[],
    statements: ReadStatements,
    keys: readonly (readonly Buffer[])[],
    receiver: CellReceiver,
  ): Cancellable {
    const texts = keys.map((group) => `["${group.map((key) => key.toString("hex")).join('","')}"]`);
    const cells = views.map(
      ({ group, features }) => new StoredCells(keys[group]!.length, features.length, noBytes),
    );
    const fail = (fault: SqliteFault) => receiver.fail(this.explained(fault));
    const isShort = cells.reduce((sum, each) => sum + each.count, 0) <= mostInline;
    let current: Cancellable = nothing;
    const ask = (statement: SqliteStatement, succeed: (answer: string) => void) => {
      const answer = isShort ? this.inline.read(statement, texts) : undefined;
      if (answer !== undefined) return succeed(answer as string);
      current = this.database.run(statement, texts, { succeed: (found) => succeed(found as string), fail });
    };
    ask(statements.values, (values) => {
      if (readValues(values, cells)) return receiver.succeed(cells);
      ask(statements.times, (times) => {
        readTimes(times, cells);
        receiver.succeed(cells);
      });
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

interface ReadStatements {
  readonly values: SqliteStatement;
  readonly times: SqliteStatement;
}

function oneValue(text: string): SqliteStatement {
  return { text, effect: "read", returns: "value", maxRows: 1, changesRows: false, insertsInto: undefined };
}
