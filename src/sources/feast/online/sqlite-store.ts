import { faultError } from "../../../connections/sqlite/fault.js";
import { openSqlite, type SqliteDatabase } from "../../../connections/sqlite/database.js";
import type { SqliteFault, SqliteStatement } from "../../../connections/sqlite/protocol.js";
import type { Clock } from "../../../contracts/host.js";
import type { Cancellable, SourceLog } from "../../../contracts/source.js";
import type { JsonValue } from "../../../expression/value.js";
import { sqliteEventTime } from "./event-time.js";
import type { OnlineStore, RowReceiver, StoreRead, StoredRows, StoredView } from "./online-store.js";
import { RowBuilder } from "./row-builder.js";

export interface SqliteStoreOptions {
  /** Absolute. Belongs to Feast: it is only read. */
  readonly path: string;
  readonly project: string;
  readonly clock: Clock;
  readonly log: SourceLog;
}

/** Opens the SQLite file of a repository. It may not be there yet: reads say so until it is. Throws DRIVER_MISSING. */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<OnlineStore> {
  const { path, clock, log } = options;
  const settings = { path, readers: 2, readsOnly: true, poolTimeoutMs: 2_000, pragmas: [], init: undefined };
  return new SqliteStore(await openSqlite({ ...settings, clock, log }), options);
}

class SqliteStore implements OnlineStore {
  readonly keySuffix = Buffer.alloc(0);
  readonly absentStatus = "NOT_FOUND";
  private readonly database: SqliteDatabase;
  private readonly project: string;
  private readonly log: SourceLog;

  constructor(database: SqliteDatabase, { project, log }: SqliteStoreOptions) {
    this.database = database;
    this.project = project;
    this.log = log;
  }

  prepare(views: readonly StoredView[]): StoreRead {
    const statement = readStatement(views, this.project);
    return { read: (keys, receiver) => this.read(views, statement, keys, receiver) };
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
    return this.database.close();
  }

  private read(
    views: readonly StoredView[],
    statement: SqliteStatement,
    keys: readonly (readonly Buffer[])[],
    receiver: RowReceiver,
  ): Cancellable {
    const values = keys.map((group) => `["${group.map((key) => key.toString("hex")).join('","')}"]`);
    return this.database.run(statement, values, {
      succeed: (text) => receiver.succeed(rowsOf(text, views, keys)),
      fail: (fault) => receiver.fail(this.explained(fault)),
    });
  }

  private ask(statement: SqliteStatement): Promise<JsonValue> {
    return new Promise((resolve, reject) => {
      this.database.run(statement, [], { succeed: resolve, fail: (fault) => reject(this.explained(fault)) });
    });
  }

  private explained(fault: SqliteFault) {
    const [, table] = /no such table: (\S+)/.exec(fault.message) ?? [];
    if (table !== undefined) {
      this.log("error", "A feature view has no table in the online store: run `feast apply` and `feast materialize`.", {
        table,
      });
    } else if (fault.kind !== "cancelled") this.log("warn", `The online store failed: ${fault.message}`);
    return faultError(fault);
  }
}

/**
 * All views in one statement with one answer, a text: a line for each stored feature with the numbers of the view,
 * the key and the feature, the time and the value. Thousands of rows would cost more to hand between threads than to
 * read, and one text costs nothing.
 */
function readStatement(views: readonly StoredView[], project: string): SqliteStatement {
  const parts = views.map(({ name, features, group }, view) => {
    const numbers = features.map((feature, index) => `WHEN ${quoted(feature)} THEN ${index}`).join(" ");
    const number = numbers === "" ? "NULL" : `CASE t.feature_name ${numbers} END`;
    return `
      SELECT '${view}' || ',' || k.key || ',' || ifnull(${number}, '') || ',' || ifnull(t.event_ts, '') || ',' ||
        CASE WHEN ${number} IS NULL THEN '' ELSE hex(ifnull(t.value, '')) END AS line
      FROM json_each(?${group + 1}) k CROSS JOIN ${tableName(project, name)} t ON t.entity_key = unhex(k.value)`;
  });
  return oneValue(`SELECT group_concat(line, char(10)) FROM (${parts.join(" UNION ALL ")})`);
}

function oneValue(text: string): SqliteStatement {
  return { text, effect: "read", returns: "value", maxRows: 1, changesRows: false, insertsInto: undefined };
}

function tableName(project: string, view: string): string {
  return `"${`${project}_${view}`.replaceAll('"', '""')}"`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

const noBytes = Buffer.alloc(0);

function rowsOf(
  text: JsonValue,
  views: readonly StoredView[],
  keys: readonly (readonly Buffer[])[],
): StoredRows {
  const rows = new RowBuilder(views, keys);
  for (const line of typeof text === "string" ? text.split("\n") : []) {
    const [view, key, feature, time, value] = line.split(",") as [string, string, string, string, string];
    const bytes = value === "" ? noBytes : Buffer.from(value, "hex");
    rows.add(Number(view), Number(key), feature === "" ? undefined : Number(feature), bytes, sqliteEventTime(time));
  }
  return rows.result;
}
