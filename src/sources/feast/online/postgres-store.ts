import type { Cancellable } from "../../../contracts/source.js";
import { asOrchestratorError } from "../../../problems/orchestrator-error.js";
import type { Timestamp } from "../protobuf/timestamp.js";
import { CellBuilder, noBytes } from "./cell-builder.js";
import type { CellReceiver, OnlineStore, StoredView, StoreRead } from "./online-store.js";
import { PostgresClient, type PostgresClientOptions } from "./postgres-client.js";

interface FeatureRow {
  readonly view: number;
  readonly key: number;
  readonly feature: string;
  readonly value: Buffer | null;
  /** Microseconds since 1970, as text. */
  readonly at: string | null;
}

/** Feast's tables in a PostgreSQL: one for each view, a row for each feature. */
export class PostgresStore implements OnlineStore {
  readonly keySuffix = Buffer.alloc(0);
  readonly absentStatus = "NOT_FOUND";
  private readonly client: PostgresClient;
  private readonly project: string;

  constructor(options: PostgresClientOptions, project: string) {
    this.client = new PostgresClient(options);
    this.project = project;
  }

  prepare(views: readonly StoredView[]): StoreRead {
    const text = readStatement(views, this.project);
    return { read: (keys, receiver) => this.read(views, text, keys, receiver) };
  }

  async sampleKey(viewNames: readonly string[]): Promise<Buffer | undefined> {
    for (const name of viewNames) {
      const text = `SELECT entity_key FROM ${tableName(this.project, name)} LIMIT 1`;
      const rows = await this.client.query<{ entity_key: Buffer }>(text, []).catch(() => []);
      if (rows[0] !== undefined) return rows[0].entity_key;
    }
    return undefined;
  }

  async probe(): Promise<void> {
    await this.client.query("SELECT 1", []);
  }

  close(): Promise<void> {
    return this.client.close();
  }

  private read(
    views: readonly StoredView[],
    text: string,
    keys: readonly (readonly Buffer[])[],
    receiver: CellReceiver,
  ): Cancellable {
    let isCancelled = false;
    this.client.query<FeatureRow>(text, [...keys]).then(
      (found) => {
        if (isCancelled) return;
        const cells = new CellBuilder(views, keys);
        for (const { view, key, feature, value, at } of found) {
          const position = views[view]!.features.indexOf(feature);
          const time = at === null ? undefined : timeOf(at);
          if (position < 0) cells.addTime(view, key - 1, time);
          else cells.add(view, key - 1, position, value ?? noBytes, time);
        }
        receiver.succeed(cells.finish());
      },
      (error: unknown) => isCancelled || receiver.fail(asOrchestratorError(error)),
    );
    return { cancel: () => void (isCancelled = true) };
  }
}

/** All views in one statement; `$1`, `$2` … are the keys of the groups. */
function readStatement(views: readonly StoredView[], project: string): string {
  const parts = views.map(
    ({ name, group }, view) => `
      SELECT ${view} AS view, k.n::int AS key, t.feature_name AS feature, t.value,
        (extract(epoch FROM t.event_ts) * 1000000)::bigint::text AS at
      FROM unnest($${group + 1}::bytea[]) WITH ORDINALITY AS k(entity_key, n)
      JOIN ${tableName(project, name)} t ON t.entity_key = k.entity_key`,
  );
  return parts.join(" UNION ALL ");
}

/** PostgreSQL cuts names after 63 bytes by itself, when it makes tables and when it looks for them. */
function tableName(project: string, view: string): string {
  return `"${`${project}_${view}`.replaceAll('"', '""')}"`;
}

function timeOf(microseconds: string): Timestamp {
  const value = Number(microseconds);
  const seconds = Math.floor(value / 1e6);
  return { seconds, nanos: (value - seconds * 1e6) * 1_000 };
}
