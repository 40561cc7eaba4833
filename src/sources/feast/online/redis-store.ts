import { RedisClient, type HashRead } from "../../../connections/redis/redis-client.js";
import type { RedisOptions } from "../../../connections/redis/redis-options.js";
import type { Cancellable } from "../../../contracts/source.js";
import { failure } from "../../../problems/orchestrator-error.js";
import { murmur32 } from "../keys/murmur.js";
import { decodeTimestamp } from "../protobuf/timestamp.js";
import { WireError } from "../../../connections/protobuf/wire-reader.js";
import type {
  OnlineStore,
  RowReceiver,
  StoredRow,
  StoredRows,
  StoredView,
  StoreRead,
} from "./online-store.js";

/** One hash for each entity of a project; the views of one key stand in it beside each other. */
export class RedisStore implements OnlineStore {
  readonly keySuffix: Buffer;
  readonly absentStatus = "PRESENT";
  private readonly client: RedisClient;

  constructor(options: RedisOptions, project: string) {
    this.client = new RedisClient(options);
    this.keySuffix = Buffer.from(project, "utf8");
  }

  prepare(views: readonly StoredView[]): StoreRead {
    const plans = groupPlans(views);
    return { read: (keys, receiver) => this.read(views, plans, keys, receiver) };
  }

  async sampleKey(): Promise<Buffer | undefined> {
    const key = await this.client.sampleKey(this.keySuffix).catch(() => undefined);
    return key?.subarray(0, key.length - this.keySuffix.length);
  }

  probe(): Promise<void> {
    return this.client.probe();
  }

  close(): Promise<void> {
    return this.client.close();
  }

  private read(
    views: readonly StoredView[],
    plans: readonly GroupPlan[],
    keys: readonly (readonly Buffer[])[],
    receiver: RowReceiver,
  ): Cancellable {
    const reads: HashRead[] = plans.flatMap(({ fields }, group) =>
      keys[group]!.map((key) => ({ key, fields })),
    );
    return this.client.readHashes(reads, {
      succeed(hashes) {
        let rows: StoredRows;
        try {
          rows = rowsOf(views, plans, keys, hashes);
        } catch (error) {
          if (!(error instanceof WireError)) throw error;
          return receiver.fail(failure("SOURCE_REPLY_INVALID", { reason: error.message }, { cause: error }));
        }
        receiver.succeed(rows);
      },
      fail: (error) => receiver.fail(error),
    });
  }
}

/** The fields of one hash, for all views of a group. */
interface GroupPlan {
  readonly fields: readonly Buffer[];
  /** By number of the view: where its own fields begin; its time stands behind them. */
  readonly starts: ReadonlyMap<number, number>;
}

function groupPlans(views: readonly StoredView[]): readonly GroupPlan[] {
  const plans: { fields: Buffer[]; starts: Map<number, number> }[] = [];
  for (const [index, { name, features, group }] of views.entries()) {
    const plan = (plans[group] ??= { fields: [], starts: new Map() });
    plan.starts.set(index, plan.fields.length);
    for (const feature of features) plan.fields.push(fieldOf(name, feature));
    plan.fields.push(Buffer.from(`_ts:${name}`, "utf8"));
  }
  return plans;
}

/** Under which field a feature stands. */
export function fieldOf(view: string, feature: string): Buffer {
  return murmur32(Buffer.from(`${view}:${feature}`, "utf8"));
}

function rowsOf(
  views: readonly StoredView[],
  plans: readonly GroupPlan[],
  keys: readonly (readonly Buffer[])[],
  hashes: readonly (readonly (Buffer | null)[])[],
): StoredRows {
  const firsts: number[] = [];
  let count = 0;
  for (const group of keys) {
    firsts.push(count);
    count += group.length;
  }
  return views.map(({ features, group }, view) => {
    const start = plans[group]!.starts.get(view)!;
    return keys[group]!.map((_, key) => rowOf(hashes[firsts[group]! + key]!, start, features.length));
  });
}

function rowOf(fields: readonly (Buffer | null)[], start: number, count: number): StoredRow | undefined {
  const time = fields[start + count];
  const values: (Buffer | undefined)[] = [];
  let isThere = time != null;
  for (let index = start; index < start + count; index++) {
    const value = fields[index] ?? undefined;
    if (value !== undefined) isThere = true;
    values.push(value);
  }
  return isThere ? { values, eventTime: time == null ? undefined : decodeTimestamp(time) } : undefined;
}
