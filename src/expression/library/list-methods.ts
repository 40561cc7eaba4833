import { isSame, textOf } from "../operators.js";
import { isJsonList, type JsonValue } from "../value.js";
import { spend, spendText } from "../work.js";
import { numberArgument, optionalNumber, textArgument } from "./arguments.js";
import type { Callback, LibraryMethod } from "./entry.js";
import { flatten, placeOf, sortList } from "./list-order.js";

type List = readonly JsonValue[];
type Rest = Pick<LibraryMethod, "minArguments" | "maxArguments" | "gives" | "run">;

/** Methods of lists that take no function. None changes its list. */
const plainMethods: readonly LibraryMethod[] = [
  method("slice", "start?, end?", "The items from start to before end.", "[1, 2, 3].slice(1)", "[2,3]", {
    ...takes(0, 2, "parts"),
    run: (list: List, start?: JsonValue, end?: JsonValue) =>
      counted(list.slice(optionalNumber("slice", start), optionalNumber("slice", end))),
  }),
  method(
    "concat",
    "…lists",
    "The lists, or single items, one after another.",
    "[1].concat([2, 3], 4)",
    "[1,2,3,4]",
    {
      ...takes(0, Infinity, "parts"),
      run: (list: List, given: List) => {
        spend(
          given.reduce((length: number, each) => length + (isJsonList(each) ? each.length : 1), list.length),
        );
        return [list, ...given].flat();
      },
    },
  ),
  method("includes", "value, from?", "Whether an item is this value.", "['a', 'b'].includes('b')", "true", {
    ...takes(1, 2, "clean"),
    run: (list: List, value: JsonValue, from?: JsonValue) =>
      placeOf(list, value, optionalNumber("includes", from), true) >= 0,
  }),
  method(
    "indexOf",
    "value, from?",
    "The place of the first such item, or -1.",
    "['a', 'b'].indexOf('b')",
    "1",
    {
      ...takes(1, 2, "clean"),
      run: (list: List, value: JsonValue, from?: JsonValue) =>
        placeOf(list, value, optionalNumber("indexOf", from)),
    },
  ),
  method("lastIndexOf", "value", "The place of the last such item, or -1.", "[1, 2, 1].lastIndexOf(1)", "2", {
    ...takes(1, 1, "clean"),
    run: (list: List, value: JsonValue) => {
      spend(list.length);
      return list.findLastIndex((item) => isSame(item, value));
    },
  }),
  method(
    "join",
    "separator?",
    "The items as one text, null as nothing.",
    "['a', null, 1].join('-')",
    '"a--1"',
    {
      ...takes(0, 1, "clean"),
      run: (list: List, separator: JsonValue = ",") => {
        if (separator === null) return null;
        spend(list.length);
        const between = textArgument("join", separator);
        const parts = list.map(textOf);
        spendText(parts.reduce((length, part) => length + part.length + between.length, 0));
        return parts.join(between);
      },
    },
  ),
  method("reverse", "", "A copy in reverse order.", "[1, 2].reverse()", "[2,1]", {
    ...takes(0, 0, "parts"),
    run: (list: List) => counted(list.slice()).reverse(),
  }),
  method("toReversed", "", "The same as `reverse`.", "[1, 2].toReversed()", "[2,1]", {
    ...takes(0, 0, "parts"),
    run: (list: List) => counted(list.slice()).reverse(),
  }),
  method("at", "index", "The item there, or null; -1 is the last.", "[1, 2, 3].at(-1)", "3", {
    ...takes(1, 1, "parts"),
    run: (list: List, index: JsonValue) =>
      index === null ? null : (list.at(numberArgument("at", index)) ?? null),
  }),
  method(
    "flat",
    "depth?",
    "The items of lists inside the list, one level or so many.",
    "[1, [2, [3]]].flat()",
    "[1,2,[3]]",
    {
      ...takes(0, 1, "parts"),
      run: (list: List, depth?: JsonValue) => flatten(list, optionalNumber("flat", depth) ?? 1),
    },
  ),
];

/** Methods of lists that call an arrow function for each item, with the item, its place and the list. */
const callingMethods: readonly LibraryMethod[] = [
  calling(
    "map",
    "A list of what the function gives.",
    "[1, 2].map(n => n * 10)",
    "[10,20]",
    "anything",
    (list, call) => collect(list, (item, index, made) => made.push(call(item, index, list))),
  ),
  calling(
    "flatMap",
    "As `map`, with lists laid one after another.",
    "[1, 2].flatMap(n => [n, n])",
    "[1,1,2,2]",
    "anything",
    (list, call) =>
      flatten(
        collect(list, (item, index, made) => made.push(call(item, index, list))),
        1,
      ),
  ),
  calling(
    "filter",
    "The items for which it holds.",
    "[1, 2, 3].filter(n => n > 1)",
    "[2,3]",
    "parts",
    (list, call) => collect(list, (item, index, made) => call(item, index, list) && made.push(item)),
  ),
  calling(
    "find",
    "The first item for which it holds, or null.",
    "[1, 2, 3].find(n => n > 1)",
    "2",
    "parts",
    (list, call) => list[firstPlace(list, call)] ?? null,
  ),
  calling(
    "findLast",
    "The last item for which it holds, or null.",
    "[1, 2, 3].findLast(n => n < 3)",
    "2",
    "parts",
    (list, call) => list[lastPlace(list, call)] ?? null,
  ),
  calling(
    "findIndex",
    "The place of the first item for which it holds, or -1.",
    "[1, 2].findIndex(n => n > 1)",
    "1",
    "clean",
    firstPlace,
  ),
  calling(
    "findLastIndex",
    "The place of the last item for which it holds, or -1.",
    "[1, 2].findLastIndex(n => n > 0)",
    "1",
    "clean",
    lastPlace,
  ),
  calling(
    "some",
    "Whether it holds for any item.",
    "[1, 2].some(n => n > 1)",
    "true",
    "clean",
    (list, call) => firstPlace(list, call) >= 0,
  ),
  calling(
    "every",
    "Whether it holds for every item.",
    "[1, 2].every(n => n > 1)",
    "false",
    "clean",
    (list, call) => firstPlace(list, (item, index) => !call(item, index, list)) < 0,
  ),
  ...["sort", "toSorted"].map((name) =>
    method(
      name,
      "(a, b) => …?",
      name === "sort"
        ? "A sorted copy; without a function in the order of the items' text, null last."
        : "The same as `sort`.",
      `[10, 9, 1].${name}((a, b) => a - b)`,
      "[1,9,10]",
      {
        ...takes(0, 1, "parts"),
        callback: { at: 0, parameters: 2, required: true },
        run: sortList,
      },
    ),
  ),
  method(
    "reduce",
    "(total, item, index, list) => …, start?",
    "The value carried through the items; null of an empty list without a start.",
    "[1, 2, 3].reduce((total, n) => total + n, 10)",
    "16",
    {
      ...takes(1, 2, "anything"),
      callback: { at: 0, parameters: 4, required: true },
      run: (list: List, call: Callback, start?: JsonValue) => {
        let total = start === undefined ? (list[0] ?? null) : start;
        for (let index = start === undefined ? 1 : 0; index < list.length; index++) {
          total = call(total, list[index], index, list);
        }
        return total;
      },
    },
  ),
];

export const listMethods: readonly LibraryMethod[] = [...callingMethods, ...plainMethods];

function takes(minArguments: number, maxArguments: number, gives: LibraryMethod["gives"]) {
  return { minArguments, maxArguments, gives };
}

function method(
  name: string,
  parameters: string,
  description: string,
  example: string,
  result: string,
  rest: Rest & Pick<LibraryMethod, "callback">,
): LibraryMethod {
  return {
    name,
    on: "list",
    signature: `list.${name}(${parameters})`,
    description,
    example,
    result,
    ...rest,
  };
}

function calling(
  name: string,
  description: string,
  example: string,
  result: string,
  gives: LibraryMethod["gives"],
  run: (list: List, call: Callback) => JsonValue,
): LibraryMethod {
  return method(name, "(item, index, list) => …", description, example, result, {
    ...takes(1, 1, gives),
    callback: { at: 0, parameters: 3, required: true },
    run,
  });
}

function counted<Item>(list: Item[]): Item[] {
  spend(list.length);
  return list;
}

function collect(
  list: List,
  take: (item: JsonValue, index: number, made: JsonValue[]) => unknown,
): JsonValue[] {
  const made: JsonValue[] = [];
  for (let index = 0; index < list.length; index++) take(list[index]!, index, made);
  return made;
}

function firstPlace(list: List, call: Callback): number {
  for (let index = 0; index < list.length; index++) if (call(list[index]!, index, list)) return index;
  return -1;
}

function lastPlace(list: List, call: Callback): number {
  for (let index = list.length - 1; index >= 0; index--) if (call(list[index]!, index, list)) return index;
  return -1;
}
