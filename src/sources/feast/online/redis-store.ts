import { HashFields, type FoundHashes } from "../../../connections/redis/hash-read.js";
import { RedisClient } from "../../../connections/redis/redis-client.js";
import type { RedisOptions } from "../../../connections/redis/redis-options.js";
import type { Cancellable } from "../../../contracts/source.js";
import { failure } from "../../../problems/orchestrator-error.js";
import { murmur32 } from "../keys/murmur.js";
import { decodeTimestamp } from "../protobuf/timestamp.js";
import { WireError } from "../../../connections/protobuf/wire-reader.js";
import type { CellReceiver, OnlineStore, StoredView, StoreRead } from "./online-store.js";
import { StoredCells } from "./stored-cells.js";

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
    receiver: CellReceiver,
  ): Cancellable {
    const reads = plans.map(({ fields }, group) => ({ keys: keys[group]!, fields }));
    return this.client.readHashes(reads, {
      succeed(found) {
        let cells: readonly StoredCells[];
        try {
          cells = cellsOf(views, plans, keys, found);
        } catch (error) {
          if (!(error instanceof WireError)) throw error;
          return receiver.fail(failure("SOURCE_REPLY_INVALID", { reason: error.message }, { cause: error }));
        }
        receiver.succeed(cells);
      },
      fail: (error) => receiver.fail(error),
    });
  }
}

/** The fields of one hash, for all views of a group. */
interface GroupPlan {
  readonly fields: HashFields;
  /** By number of the view: where its own fields begin; its time stands behind them. */
  readonly starts: ReadonlyMap<number, number>;
}

function groupPlans(views: readonly StoredView[]): readonly GroupPlan[] {
  const plans: { names: Buffer[]; starts: Map<number, number> }[] = [];
  for (const [index, { name, features, group }] of views.entries()) {
    const plan = (plans[group] ??= { names: [], starts: new Map() });
    plan.starts.set(index, plan.names.length);
    for (const feature of features) plan.names.push(fieldOf(name, feature));
    plan.names.push(Buffer.from(`_ts:${name}`, "utf8"));
  }
  return plans.map(({ names, starts }) => ({ fields: new HashFields(names), starts }));
}

/** Under which field a feature stands. */
export function fieldOf(view: string, feature: string): Buffer {
  return murmur32(Buffer.from(`${view}:${feature}`, "utf8"));
}

function cellsOf(
  views: readonly StoredView[],
  plans: readonly GroupPlan[],
  keys: readonly (readonly Buffer[])[],
  { bytes, places }: FoundHashes,
): readonly StoredCells[] {
  return views.map(({ features, group }, view) => {
    const { fields, starts } = plans[group]!;
    const found = places[group]!;
    const count = keys[group]!.length;
    const cells = new StoredCells(count, features.length, bytes);
    for (let key = 0; key < count; key++) {
      let at = (key * fields.names.length + starts.get(view)!) * 2;
      for (let feature = 0; feature < features.length; feature++, at += 2) {
        cells.place(key, feature, found[at]!, found[at + 1]!);
      }
      if (found[at]! >= 0) cells.times[key] = decodeTimestamp(bytes, found[at]!, found[at + 1]!);
    }
    return cells;
  });
}
