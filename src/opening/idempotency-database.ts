import { openSqlite, type SqliteDatabase } from "../connections/sqlite/database.js";
import { faultError } from "../connections/sqlite/fault.js";
import type { SqliteStatement, SqliteValue } from "../connections/sqlite/protocol.js";
import type { Clock } from "../contracts/host.js";
import type { ClaimedRun, IdempotencyStore, KnownRun } from "../contracts/idempotency-store.js";
import type { SourceLog } from "../contracts/source.js";
import type { JsonObject, JsonValue } from "../expression/value.js";

/** The number is the version of its form: another form is another table. */
const table = "idempotency_1";

const statements = {
  create: write(`CREATE TABLE IF NOT EXISTS ${table} (slot TEXT PRIMARY KEY, run_id TEXT NOT NULL,
    fingerprint TEXT NOT NULL, outcome TEXT, ends_at INTEGER NOT NULL, expires_at INTEGER NOT NULL)`),
  index: write(`CREATE INDEX IF NOT EXISTS ${table}_expiry ON ${table} (expires_at)`),
  claim: {
    ...write(`INSERT INTO ${table} (slot, run_id, fingerprint, ends_at, expires_at) VALUES (?1, ?2, ?3, ?4, ?5)
      ON CONFLICT (slot) DO UPDATE SET run_id = excluded.run_id, fingerprint = excluded.fingerprint, outcome = NULL,
        ends_at = excluded.ends_at, expires_at = excluded.expires_at WHERE expires_at <= ?6 RETURNING 1`),
    returns: "value",
  },
  find: {
    ...write(`SELECT fingerprint, outcome, ends_at FROM ${table} WHERE slot = ?1`),
    returns: "one",
    changesRows: false,
  },
  keep: write(`UPDATE ${table} SET outcome = ?3 WHERE slot = ?1 AND run_id = ?2`),
  release: write(`DELETE FROM ${table} WHERE slot = ?1 AND run_id = ?2 AND outcome IS NULL`),
  expire: write(`DELETE FROM ${table} WHERE expires_at <= ?1`),
} satisfies Record<string, SqliteStatement>;

const expiryEveryMs = 60_000;

/** The keys of callers in a SQLite file of the service's own. What is committed there survives a crash. */
export async function openIdempotencyDatabase(
  path: string,
  clock: Clock,
  log: SourceLog,
): Promise<IdempotencyStore> {
  const settings = {
    readers: 1,
    poolTimeoutMs: 5_000,
    pragmas: ["PRAGMA synchronous = FULL"],
    init: undefined,
  };
  return new IdempotencyDatabase(await openSqlite({ ...settings, path, clock, log }));
}

class IdempotencyDatabase implements IdempotencyStore {
  private readonly database: SqliteDatabase;
  private isPrepared = false;
  private expiredAtMs = 0;

  constructor(database: SqliteDatabase) {
    this.database = database;
  }

  async claim(run: ClaimedRun): Promise<KnownRun | undefined> {
    await this.prepare();
    await this.expire(run.startedAtMs);
    const { slot, runId, fingerprint, endsAtMs, expiresAtMs, startedAtMs } = run;
    const values = [slot, runId, fingerprint, time(endsAtMs), time(expiresAtMs), time(startedAtMs)];
    for (;;) {
      const taken = await this.run(statements.claim, values);
      if (taken !== null) return undefined;
      const found = (await this.run(statements.find, [slot])) as JsonObject | null;
      if (found !== null) return knownRun(found);
    }
  }

  async keep({ slot, runId }: ClaimedRun, outcome: string): Promise<void> {
    await this.run(statements.keep, [slot, runId, outcome]);
  }

  async release({ slot, runId }: ClaimedRun): Promise<void> {
    await this.run(statements.release, [slot, runId]);
  }

  close(): Promise<void> {
    return this.database.close();
  }

  /** A file that cannot be used now may be usable later. */
  private async prepare(): Promise<void> {
    if (this.isPrepared) return;
    await this.run(statements.create, []);
    await this.run(statements.index, []);
    this.isPrepared = true;
  }

  private async expire(nowMs: number): Promise<void> {
    if (nowMs - this.expiredAtMs < expiryEveryMs) return;
    this.expiredAtMs = nowMs;
    await this.run(statements.expire, [time(nowMs)]);
  }

  private run(statement: SqliteStatement, values: readonly SqliteValue[]): Promise<JsonValue> {
    return new Promise((succeed, reject) => {
      this.database.run(statement, values, { succeed, fail: (fault) => reject(faultError(fault)) });
    });
  }
}

/** Its own connection sees what it wrote, so that a key is read where it was found taken. */
function write(text: string): SqliteStatement {
  return {
    ...{ text, effect: "write", returns: "none", maxRows: 1 },
    ...{ changesRows: true, insertsInto: undefined },
  };
}

function knownRun({ fingerprint, outcome, ends_at }: JsonObject): KnownRun {
  return {
    fingerprint: String(fingerprint),
    endsAtMs: Number(ends_at),
    outcome: outcome === null ? undefined : String(outcome),
  };
}

function time(ms: number): bigint {
  return BigInt(Math.round(ms));
}
