import { jsonTextOf, keyOf, setOwn } from "../operators.js";
import type { JsonObject, JsonValue } from "../value.js";
import { spend, spendText, stopWork, work } from "../work.js";
import { listArgument, numberArgument, optionalNumber, wrongKind } from "./arguments.js";
import type { Callback, LibraryFunction } from "./entry.js";

/** Functions over lists, beside the methods that lists have. */
export const listFunctions: readonly LibraryFunction[] = [
  {
    name: "group_by",
    signature: "group_by(list, key)",
    description:
      "An object of lists by key; the key is a field's name or an arrow function, null is the key `null`.",
    example: "group_by([{ t: 'a', n: 1 }, { t: 'b', n: 2 }, { t: 'a', n: 3 }], 't')",
    result: '{"a":[{"t":"a","n":1},{"t":"a","n":3}],"b":[{"t":"b","n":2}]}',
    minArguments: 2,
    maxArguments: 2,
    callback: { at: 1, parameters: 2, required: false },
    gives: "parts",
    run: (list: JsonValue, key: JsonValue | Callback) => {
      if (list === null) return null;
      const groups = new Map<string, JsonValue[]>();
      forEachKey("group_by", list, key, (item, found) => {
        const group = groups.get(found);
        if (group === undefined) groups.set(found, [item]);
        else group.push(item);
      });
      return Object.fromEntries(groups);
    },
  },
  {
    name: "index_by",
    signature: "index_by(list, key)",
    description: "An object of the items by key; of several with one key the last stays.",
    example: "index_by([{ id: 7, n: 1 }, { id: 8, n: 2 }], r => r.id)",
    result: '{"7":{"id":7,"n":1},"8":{"id":8,"n":2}}',
    minArguments: 2,
    maxArguments: 2,
    callback: { at: 1, parameters: 2, required: false },
    gives: "parts",
    run: (list: JsonValue, key: JsonValue | Callback) => {
      if (list === null) return null;
      const items: Record<string, JsonValue> = {};
      forEachKey("index_by", list, key, (item, found) => setOwn(items, found, item));
      return items;
    },
  },
  {
    name: "unique",
    signature: "unique(list, key?)",
    description: "The items without repetitions, the first of equal ones kept; equal by key if one is given.",
    example: "unique([1, 2, 1, { a: 1 }, { a: 1 }])",
    result: '[1,2,{"a":1}]',
    minArguments: 1,
    maxArguments: 2,
    callback: { at: 1, parameters: 2, required: false },
    gives: "parts",
    run: (list: JsonValue, key?: JsonValue | Callback) => {
      if (list === null) return null;
      const items = listArgument("unique", list);
      spend(items.length);
      const read = key === undefined ? (item: JsonValue) => item : keyReader("unique", key);
      const isNew = repetitionFilter();
      return items.filter((item, index) => isNew(read(item, index)));
    },
  },
  {
    name: "chunk",
    signature: "chunk(list, size)",
    description: "The list cut into lists of this size; the last may be shorter.",
    example: "chunk([1, 2, 3], 2)",
    result: "[[1,2],[3]]",
    minArguments: 2,
    maxArguments: 2,
    gives: "parts",
    run: (list: JsonValue, size: JsonValue) => {
      if (list === null || size === null) return null;
      const items = listArgument("chunk", list);
      const width = Math.trunc(numberArgument("chunk", size));
      if (!(width >= 1)) return wrongKind("chunk", "a size of at least 1", size);
      spend(items.length);
      const chunks: JsonValue[] = [];
      for (let start = 0; start < items.length; start += width)
        chunks.push(items.slice(start, start + width));
      return chunks;
    },
  },
  {
    name: "range",
    signature: "range(end) or range(start, end, step?)",
    description: "The numbers from start (0) up to end, without end.",
    example: "[range(3), range(10, 0, -5)]",
    result: "[[0,1,2],[10,5]]",
    minArguments: 1,
    maxArguments: 3,
    gives: "clean",
    run: (first: JsonValue, second?: JsonValue, third?: JsonValue) => {
      if (first === null || second === null || third === null) return null;
      const start = second === undefined ? 0 : numberArgument("range", first);
      const end = numberArgument("range", second ?? first);
      return rangeOf(start, end, optionalNumber("range", third) ?? 1);
    },
  },
];

/** True for each value once; lists and objects are equal when their JSON is. */
function repetitionFilter(): (value: JsonValue) => boolean {
  const scalars = new Set<JsonValue>();
  const composites = new Set<string>();
  return (value) => {
    const before = scalars.size + composites.size;
    if (typeof value === "string") spendText(value.length);
    if (typeof value === "object" && value !== null) composites.add(jsonTextOf(value));
    else scalars.add(value);
    return scalars.size + composites.size > before;
  };
}

function rangeOf(start: number, end: number, step: number): JsonValue {
  const length = Math.max(0, Math.ceil((end - start) / step));
  if (!(length <= work.left)) return stopWork();
  spend(length);
  return Array.from({ length }, (_, index) => start + index * step);
}

function forEachKey(
  name: string,
  value: JsonValue,
  key: JsonValue | Callback,
  take: (item: JsonValue, key: string) => void,
): void {
  const list = listArgument(name, value);
  spend(list.length);
  const read = keyReader(name, key);
  for (let index = 0; index < list.length; index++) {
    const item = list[index]!;
    const found = keyOf(read(item, index));
    spend(found.length / 64);
    take(item, found);
  }
}

function keyReader(name: string, key: JsonValue | Callback): Callback {
  if (typeof key === "function") return key;
  if (typeof key !== "string") return wrongKind(name, "a field's name or an arrow function", key);
  return (item) =>
    item !== null && Object.hasOwn(item as JsonObject, key) ? ((item as JsonObject)[key] ?? null) : null;
}
