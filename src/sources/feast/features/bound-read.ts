import { KeyEncoder, type KeyLayout } from "../keys/key-encoder.js";
import type { KeyValue } from "../keys/key-value.js";
import type { OnlineStore, StoreRead } from "../online/online-store.js";
import { dummyJoinKey, valueTypes } from "../registry/model.js";
import type { JoinKey } from "./join-keys.js";

/** A read with its keys: for each group of views, how a row of sent values becomes a key. */
export interface BoundRead {
  readonly groups: readonly KeyGroup[];
  /** By view. */
  readonly groupOf: readonly number[];
  readonly store: StoreRead;
}

/** Views that are read under the same key. */
export interface KeyGroup {
  /** Empty for views without entities. */
  readonly joinKeys: readonly JoinKey[];
  /** `values` in the order of `joinKeys`. Throws KeyLayoutError. */
  encode(values: readonly KeyValue[]): Buffer;
}

export interface ReadView {
  readonly storedName: string;
  readonly features: readonly string[];
  readonly allFeatures: readonly string[];
  readonly joinKeys: readonly JoinKey[];
}

/** Views with the same keys share one group, so that a key is written and looked up once. */
export function bindRead(views: readonly ReadView[], store: OnlineStore, layout: KeyLayout): BoundRead {
  const numbers = new Map<string, number>();
  const groups: KeyGroup[] = [];
  const groupOf = views.map(({ joinKeys }) => {
    const identity = JSON.stringify(joinKeys.map(({ name, sentAs, type }) => [name, sentAs, type]).sort());
    const known = numbers.get(identity);
    if (known !== undefined) return known;
    numbers.set(identity, groups.length);
    return groups.push(keyGroup(joinKeys, layout, store.keySuffix)) - 1;
  });
  const stored = views.map(({ storedName: name, features, allFeatures }, index) => ({
    name,
    features,
    allFeatures,
    group: groupOf[index]!,
  }));
  return { groups, groupOf, store: store.prepare(stored) };
}

const dummyValue: KeyValue = { type: valueTypes.string, value: "" };

function keyGroup(joinKeys: readonly JoinKey[], layout: KeyLayout, suffix: Buffer): KeyGroup {
  if (joinKeys.length === 0) {
    const key = new KeyEncoder([dummyJoinKey], layout, suffix).encode([dummyValue]);
    return { joinKeys, encode: () => key };
  }
  const encoder = new KeyEncoder(
    joinKeys.map(({ name }) => name),
    layout,
    suffix,
  );
  return { joinKeys, encode: (values) => encoder.encode(values) };
}
