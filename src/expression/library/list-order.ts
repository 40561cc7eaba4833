import { isSame, textOf } from "../operators.js";
import type { JsonValue } from "../value.js";
import { spend, spendText } from "../work.js";
import type { Callback } from "./entry.js";

/**
 * A sorted copy. With a function as JavaScript does; without one by the text of the items, null last. The order of
 * equal items stays.
 */
export function sortList(list: readonly JsonValue[], compare?: Callback): readonly JsonValue[] {
  spend(list.length);
  if (compare !== undefined) {
    return list.slice().sort((a, b) => {
      spend(1);
      const order = compare(a, b);
      return typeof order === "number" || typeof order === "boolean" ? Number(order) || 0 : 0;
    });
  }
  return list
    .map((item) => ({ item, text: textOf(item) }))
    .sort((a, b) => {
      spend(1);
      if (a.item === null || b.item === null) return Number(a.item === null) - Number(b.item === null);
      spendText(Math.min(a.text.length, b.text.length));
      return a.text < b.text ? -1 : a.text > b.text ? 1 : 0;
    })
    .map(({ item }) => item);
}

/** The place of a value at or after `from`, or -1; `includes` also finds what is not a number. */
export function placeOf(list: readonly JsonValue[], value: JsonValue, from = 0, alsoNaN = false): number {
  spend(list.length / 8);
  const wanted = alsoNaN && Number.isNaN(value);
  const start = from < 0 ? Math.max(0, list.length + Math.trunc(from)) : Math.trunc(from);
  for (let index = start; index < list.length; index++) {
    const item = list[index]!;
    if (isSame(item, value) || (wanted && Number.isNaN(item))) return index;
  }
  return -1;
}

/** The items of lists inside a list, so many levels deep, counted as they are reached. */
export function flatten(list: readonly JsonValue[], depth: number, into: JsonValue[] = []): JsonValue[] {
  spend(1 + list.length);
  for (const item of list) {
    if (depth >= 1 && Array.isArray(item)) flatten(item as readonly JsonValue[], depth - 1, into);
    else into.push(item);
  }
  return into;
}
