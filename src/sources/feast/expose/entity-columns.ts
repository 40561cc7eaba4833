import type { JoinKey } from "../features/join-keys.js";
import type { NativeFeatures } from "../features/native-features.js";
import type { Projection } from "../features/projection.js";
import { KeyMisfit, keyValue, type KeyValue, type SentValue } from "../keys/key-value.js";
import { dummyEntity, dummyJoinKey, valueTypes } from "../registry/model.js";
import { keyError, plainRefusal, pythonList } from "./refusal.js";

/** The columns of a request that count, by Feast's rules, and which of them each view is read with. */
export interface ColumnPlan {
  /** Columns that are keys, in the order in which they were sent: an answer repeats them under these names. */
  readonly echoed: readonly EchoedColumn[];
  /** By view: its join key and the position of the column in `echoed`. */
  readonly keysOf: readonly (readonly (JoinKey & { readonly column: number })[])[];
}

export interface EchoedColumn {
  /** As it was sent. */
  readonly sent: string;
  /** As it is repeated: the join key, where the name of an entity was sent. */
  readonly name: string;
  readonly type: number;
}

/**
 * Feast takes a column for a key where it is a join key of any entity, an alias, or the name of an entity; every other
 * one is ignored. Of all columns that mean one join key of a view, the last one counts, and an alias is no better than
 * the plain name. A view is read with the keys that are there, also where some are missing. Throws a Refusal.
 */
export function planColumns(
  sent: readonly string[],
  projections: readonly Projection[],
  joinKeys: readonly (readonly JoinKey[])[],
  { registry }: NativeFeatures,
): ColumnPlan {
  const names = new Map([...registry.entities.values()].map(({ name, joinKey }) => [name, joinKey]));
  const types = new Map<string, number>();
  for (const [index, { view, joinKeyMap }] of projections.entries()) {
    for (const { name, sentAs } of joinKeys[index]!)
      names.set(sentAs === name ? nameOf(name, names) : sentAs, sentAs);
    for (const { name, type } of view.keyColumns) types.set(joinKeyMap.get(name) ?? name, type);
  }
  const keys = new Set(names.values());
  const echoed = new Map<string, EchoedColumn>();
  for (const column of sent) {
    const name = keys.has(column) ? column : names.get(column);
    if (name === undefined || name === dummyJoinKey) continue;
    echoed.set(name, { sent: column, name, type: types.get(name) ?? valueTypes.unknown });
  }
  const columns = [...echoed.values()];
  const keysOf = projections.map((projection, index) => usedKeys(projection, joinKeys[index]!, columns));
  for (const [index, { view }] of projections.entries()) {
    const isKeyless = view.entities.every((name) => name === dummyEntity);
    if (!isKeyless && keysOf[index]!.length === 0) throw missingKeys([...keys], columns);
  }
  return { echoed: columns, keysOf };
}

function nameOf(joinKey: string, names: ReadonlyMap<string, string>): string {
  return [...names].find(([, key]) => key === joinKey)?.[0] ?? joinKey;
}

function usedKeys(
  { joinKeyMap }: Projection,
  joinKeys: readonly JoinKey[],
  columns: readonly EchoedColumn[],
): readonly (JoinKey & { readonly column: number })[] {
  const plain = new Map([...joinKeyMap].map(([key, alias]) => [alias, key]));
  const used = new Map<string, JoinKey & { readonly column: number }>();
  for (const [column, { name, type }] of columns.entries()) {
    const key = plain.get(name) ?? name;
    if (joinKeys.some((each) => each.name === key)) used.set(key, { name: key, sentAs: name, type, column });
  }
  return [...used.values()];
}

function missingKeys(keys: readonly string[], columns: readonly EchoedColumn[]) {
  const all = pythonList(keys.filter((key) => key !== dummyJoinKey).sort());
  const provided = pythonList(columns.map(({ name }) => name));
  const message = `Missing join key values for keys: ${all}. No values provided for keys: ${all}. Provided join_key_values: ${provided}`;
  return plainRefusal(400, keyError(message));
}

const rules = { cutsFractions: true };

/** The values of a column as keys. Throws a Refusal with the first that cannot be one. */
export function convertColumn(values: readonly SentValue[], { type }: EchoedColumn): readonly KeyValue[] {
  return values.map((sent) => {
    const value = keyValue(sent, type, rules);
    if (value instanceof KeyMisfit)
      throw plainRefusal(400, value.message === "" ? value.reason : value.message);
    return value;
  });
}

/** A key as an answer repeats it: what it was converted to. */
export function keyText({ value }: KeyValue): string {
  if (value === null) return "null";
  if (typeof value === "bigint") return String(value);
  return typeof value === "string" ? JSON.stringify(value) : `"${value.toString("base64")}"`;
}
