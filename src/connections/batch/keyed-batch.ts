import type { Batch, BatchPlace, Prepared } from "../../contracts/source.js";
import { isJsonList, isJsonObject, type JsonObject, type JsonValue } from "../../expression/value.js";
import { replyInvalid } from "../http/reply-invalid.js";
import { comparedText } from "./compared-text.js";

/** One part of the key of calls that become one. */
export interface KeyPart {
  /** The parameter of a single call. */
  readonly parameter: string;
  /** The parameter of the one call that takes the list of them. */
  readonly list: string;
  /** The field of an item of the answer in which it stands. */
  readonly field: string;
  /** What a single call uses for null; `undefined` where there is nothing. */
  readonly whenNull: JsonValue | undefined;
  /** A parameter as text, the same for all forms of one value; `undefined` where it can be no key. */
  asked(value: JsonValue): string | undefined;
  /** A field as the text of the parameter that it answers. */
  found(value: JsonValue): string;
}

export interface KeyedBatchRules {
  readonly call: Prepared;
  readonly maxSize: number;
  readonly keys: readonly KeyPart[];
  /** Parameters that both calls have. */
  readonly common: readonly string[];
  /** The value of a call with the items that have its key; `undefined` where a single call would say something else. */
  readonly valueOf: (items: readonly JsonObject[]) => JsonValue | undefined;
}

interface KeyedPlace extends BatchPlace {
  readonly parts: readonly string[];
}

/** Calls whose one answer is a list of items, each of which says by its fields to which call it belongs. */
export function keyedBatch({ call, maxSize, keys, common, valueOf }: KeyedBatchRules): Batch {
  return {
    call,
    maxSize,
    place(parameters): KeyedPlace | undefined {
      const parts = keys.map((part) => partText(part, parameters));
      if (!parts.every((text) => text !== undefined)) return undefined;
      const group =
        common.length === 0 ? "" : JSON.stringify(common.map((name) => valueAt(parameters, name)));
      return { group, key: keyOf(parts), parts };
    },
    merge(calls) {
      const lists = keys.map(({ parameter, list, whenNull }) => {
        return [list, calls.map((parameters) => valueAt(parameters, parameter) ?? whenNull!)] as const;
      });
      const shared = common.map((name) => [name, valueAt(calls[0]!, name)] as const);
      return Object.fromEntries([...shared, ...lists]) as JsonObject;
    },
    split(value, places) {
      const asked = places as readonly KeyedPlace[];
      const found = itemsByKey(value, keys, asked);
      if (found === undefined) return asked.map(() => undefined);
      const alike = keysAlike(asked, keys.length);
      return asked.map(({ key, parts }) =>
        parts.some((text, index) => alike[index]!.has(text)) ? undefined : valueOf(found.get(key) ?? []),
      );
    },
  };
}

function valueAt(parameters: JsonObject, name: string): JsonValue {
  return Object.hasOwn(parameters, name) ? (parameters[name] ?? null) : null;
}

function partText({ parameter, whenNull, asked }: KeyPart, parameters: JsonObject): string | undefined {
  const value = valueAt(parameters, parameter) ?? whenNull ?? null;
  return value === null ? undefined : asked(value);
}

function keyOf(parts: readonly string[]): string {
  return parts.length === 1 ? parts[0]! : JSON.stringify(parts);
}

/**
 * The items by their key. `undefined` where one has a key that nobody asked for: the other side then writes some key
 * in another way than the calls, or counts more texts as equal. Of keys with several parts, combinations that nobody
 * asked for are dropped: a query may well find them.
 */
function itemsByKey(
  value: JsonValue,
  keys: readonly KeyPart[],
  asked: readonly KeyedPlace[],
): ReadonlyMap<string, readonly JsonObject[]> | undefined {
  const items = value ?? [];
  if (!isJsonList(items)) throw replyInvalid("the answer of its batch form is no list");
  const known = keys.map((_, index) => new Set(asked.map(({ parts }) => parts[index]!)));
  const found = new Map<string, JsonObject[]>();
  for (const item of items) {
    const parts = keys.map((part) => itemText(item, part));
    if (!parts.every((text, index) => text !== undefined && known[index]!.has(text))) return undefined;
    const key = keyOf(parts as readonly string[]);
    const others = found.get(key);
    if (others === undefined) found.set(key, [item as JsonObject]);
    else others.push(item as JsonObject);
  }
  return found;
}

function itemText(item: JsonValue, { field, found }: KeyPart): string | undefined {
  if (!isJsonObject(item)) throw replyInvalid("an item of the answer of its batch form is no object");
  if (!Object.hasOwn(item, field)) {
    throw replyInvalid(`an item of the answer of its batch form has no "${field}", its \`key\``);
  }
  const value = item[field] ?? null;
  return value === null ? undefined : found(value);
}

/** By part, the texts that the other side may count as equal to another one that was asked for. */
function keysAlike(asked: readonly KeyedPlace[], parts: number): readonly ReadonlySet<string>[] {
  return Array.from({ length: parts }, (_, index) => {
    const first = new Map<string, string>();
    const alike = new Set<string>();
    for (const { parts: texts } of asked) {
      const text = texts[index]!;
      const compared = comparedText(text);
      const other = first.get(compared);
      if (other === undefined) first.set(compared, text);
      else if (other !== text) alike.add(text).add(other);
    }
    return alike;
  });
}
