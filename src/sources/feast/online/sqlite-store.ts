import { faultError } from "../../../connections/sqlite/fault.js";
import { openSqlite, type SqliteDatabase } from "../../../connections/sqlite/database.js";
import type { SqliteFault, SqliteStatement } from "../../../connections/sqlite/protocol.js";
import type { Clock } from "../../../contracts/host.js";
import type { Cancellable, SourceLog } from "../../../contracts/source.js";
import type { JsonValue } from "../../../expression/value.js";
import { sqliteEventTime } from "./event-time.js";
import type { OnlineStore, RowReceiver, StoreRead, StoredView } from "./online-store.js";
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
    const statements = {
      values: valuesStatement(views, this.project),
      times: timesStatement(views, this.project),
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
    return this.database.close();
  }

  /** Where an entity has none of the features that are wanted, the time of its others is asked for afterwards. */
  private read(
    views: readonly StoredView[],
    statements: ReadStatements,
    keys: readonly (readonly Buffer[])[],
    receiver: RowReceiver,
  ): Cancellable {
    const texts = keys.map((group) => `["${group.map((key) => key.toString("hex")).join('","')}"]`);
    const rows = new RowBuilder(views, keys);
    const fail = (fault: SqliteFault) => receiver.fail(this.explained(fault));
    let current = this.database.run(statements.values, texts, {
      succeed: (found) => {
        addLines(rows, found);
        if (rows.isFull) return receiver.succeed(rows.result);
        current = this.database.run(statements.times, texts, {
          succeed: (times) => {
            addLines(rows, times);
            receiver.succeed(rows.result);
          },
          fail,
        });
      },
      fail,
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

/**
 * All views in one statement with one answer, a text: a line for each stored feature with the numbers of the view,
 * the key and the feature, the time and the value. Thousands of rows would cost more to hand between threads than to
 * read, and one text costs nothing.
 */
function valuesStatement(views: readonly StoredView[], project: string): SqliteStatement {
  const parts = views.map(({ name, features, group }, view) => {
    const numbers = features.map((feature, index) => `WHEN ${quoted(feature)} THEN ${index}`).join(" ");
    const names = features.map(quoted).join(", ");
    return `
      SELECT '${view},' || k.key || ',' || CASE t.feature_name ${numbers} END || ',' || ifnull(t.event_ts, '') ||
        ',' || hex(ifnull(t.value, '')) AS line
      FROM json_each(?${group + 1}) k CROSS JOIN ${tableName(project, name)} t
        ON t.entity_key = unhex(k.value) AND t.feature_name IN (${names})`;
  });
  return oneValue(`SELECT group_concat(line, char(10)) FROM (${parts.join(" UNION ALL ")})`);
}

/** As above, a line for each entity that has any feature of a view, without one. */
function timesStatement(views: readonly StoredView[], project: string): SqliteStatement {
  const parts = views.map(
    ({ name, group }, view) => `
      SELECT '${view},' || k.key || ',,' || (SELECT ifnull(t.event_ts, '') FROM ${tableName(project, name)} t
        WHERE t.entity_key = unhex(k.value) LIMIT 1) || ',' AS line
      FROM json_each(?${group + 1}) k`,
  );
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

/** Most rows of a table were written at one time, so the last one is remembered. */
function addLines(rows: RowBuilder, text: JsonValue): void {
  if (typeof text !== "string") return;
  let lastTime = "";
  let eventTime = sqliteEventTime(lastTime);
  for (let start = 0; start < text.length;) {
    const view = text.indexOf(",", start);
    const key = text.indexOf(",", view + 1);
    const feature = text.indexOf(",", key + 1);
    const time = text.indexOf(",", feature + 1);
    const line = text.indexOf("\n", time + 1);
    const end = line < 0 ? text.length : line;
    const written = text.slice(feature + 1, time);
    if (written !== lastTime) [lastTime, eventTime] = [written, sqliteEventTime(written)];
    const value = end === time + 1 ? noBytes : Buffer.from(text.slice(time + 1, end), "hex");
    const number = feature === key + 1 ? undefined : Number(text.slice(key + 1, feature));
    rows.add(Number(text.slice(start, view)), Number(text.slice(view + 1, key)), number, value, eventTime);
    start = end + 1;
  }
}
