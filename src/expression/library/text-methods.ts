import type { JsonValue } from "../value.js";
import { spend, spendText, work } from "../work.js";
import { numberArgument, optionalNumber, textArgument } from "./arguments.js";
import type { LibraryMethod } from "./entry.js";

/** Methods of texts. None has a regular expression; a null argument gives null. */
export const textMethods: readonly LibraryMethod[] = [
  method("toUpperCase", "", "The text in capitals.", "'ab'.toUpperCase()", '"AB"', [0, 0], (text) =>
    made(text.toUpperCase()),
  ),
  method("toLowerCase", "", "The text in small letters.", "'AB'.toLowerCase()", '"ab"', [0, 0], (text) =>
    made(text.toLowerCase()),
  ),
  method("trim", "", "The text without blanks at both ends.", "' a '.trim()", '"a"', [0, 0], (text) =>
    made(text.trim()),
  ),
  method("trimStart", "", "The text without leading blanks.", "' a '.trimStart()", '"a "', [0, 0], (text) =>
    made(text.trimStart()),
  ),
  method("trimEnd", "", "The text without trailing blanks.", "' a '.trimEnd()", '" a"', [0, 0], (text) =>
    made(text.trimEnd()),
  ),
  method(
    "normalize",
    "",
    "The text in Unicode form NFC.",
    "'e\\u0301'.normalize().length",
    "1",
    [0, 0],
    (text) => made(text.normalize()),
  ),
  method(
    "split",
    "separator, limit?",
    "A list of the parts between separators.",
    "'a,b,c'.split(',')",
    '["a","b","c"]',
    [1, 2],
    (text, separator, limit) => {
      const parts = pieces(text, textArgument("split", separator!));
      const count = optionalNumber("split", limit);
      return count === undefined ? parts : parts.slice(0, count >>> 0);
    },
  ),
  method(
    "slice",
    "start, end?",
    "The part from start to before end; negative places count from the end.",
    "'orchestra'.slice(-3)",
    '"tra"',
    [1, 2],
    (text, start, end) => made(text.slice(numberArgument("slice", start!), optionalNumber("slice", end))),
  ),
  method(
    "substring",
    "start, end?",
    "The part from start to before end.",
    "'orchestra'.substring(0, 4)",
    '"orch"',
    [1, 2],
    (text, start, end) =>
      made(text.substring(numberArgument("substring", start!), optionalNumber("substring", end))),
  ),
  method(
    "at",
    "index",
    "The character there, or null; -1 is the last.",
    "'abc'.at(-1)",
    '"c"',
    [1, 1],
    (text, index) => text.at(numberArgument("at", index!)) ?? null,
  ),
  method(
    "charAt",
    "index",
    "The character there, or empty text.",
    "'abc'.charAt(1)",
    '"b"',
    [1, 1],
    (text, index) => text.charAt(numberArgument("charAt", index!)),
  ),
  method(
    "charCodeAt",
    "index",
    "The UTF-16 code of the character there, or null.",
    "'A'.charCodeAt(0)",
    "65",
    [1, 1],
    (text, index) => {
      const code = text.charCodeAt(numberArgument("charCodeAt", index!));
      return Number.isNaN(code) ? null : code;
    },
  ),
  method(
    "includes",
    "text, from?",
    "Whether the text contains another.",
    "'orchestra'.includes('chest')",
    "true",
    [1, 2],
    (text, search, from) =>
      text.includes(searched(text, "includes", search!), optionalNumber("includes", from)),
  ),
  method(
    "startsWith",
    "text, from?",
    "Whether the text begins with another.",
    "'orchestra'.startsWith('or')",
    "true",
    [1, 2],
    (text, search, from) =>
      text.startsWith(made(textArgument("startsWith", search!)), optionalNumber("startsWith", from)),
  ),
  method(
    "endsWith",
    "text, end?",
    "Whether the text ends with another.",
    "'orchestra'.endsWith('ra')",
    "true",
    [1, 2],
    (text, search, end) =>
      text.endsWith(made(textArgument("endsWith", search!)), optionalNumber("endsWith", end)),
  ),
  method(
    "indexOf",
    "text, from?",
    "The place of the first occurrence, or -1.",
    "'banana'.indexOf('an')",
    "1",
    [1, 2],
    (text, search, from) => text.indexOf(searched(text, "indexOf", search!), optionalNumber("indexOf", from)),
  ),
  method(
    "lastIndexOf",
    "text, from?",
    "The place of the last occurrence, or -1.",
    "'banana'.lastIndexOf('an')",
    "3",
    [1, 2],
    (text, search, from) =>
      text.lastIndexOf(searched(text, "lastIndexOf", search!), optionalNumber("lastIndexOf", from)),
  ),
  method(
    "replace",
    "text, replacement",
    "The text with the first occurrence replaced; `$` has no meaning in the replacement.",
    "'a-b-c'.replace('-', '$&')",
    '"a$&b-c"',
    [2, 2],
    (text, search, replacement) => {
      const by = textArgument("replace", replacement!);
      return made(text.replace(searched(text, "replace", search!), () => by));
    },
  ),
  method(
    "replaceAll",
    "text, replacement",
    "The text with every occurrence replaced; `$` has no meaning in the replacement.",
    "'a-b-c'.replaceAll('-', '+')",
    '"a+b+c"',
    [2, 2],
    (text, search, replacement) => {
      const by = textArgument("replaceAll", replacement!);
      const wanted = textArgument("replaceAll", search!);
      if (wanted === "") return padded(text, by);
      const parts = pieces(text, wanted);
      spendText(text.length + (parts.length - 1) * (by.length - wanted.length));
      return parts.join(by);
    },
  ),
  method(
    "padStart",
    "length, filler?",
    "The text made this long by filling in front.",
    "'7'.padStart(3, '0')",
    '"007"',
    [1, 2],
    (text, length, filler) => text.padStart(planned("padStart", length!), fillerOf("padStart", filler)),
  ),
  method(
    "padEnd",
    "length, filler?",
    "The text made this long by filling behind.",
    "'7'.padEnd(3, '.')",
    '"7.."',
    [1, 2],
    (text, length, filler) => text.padEnd(planned("padEnd", length!), fillerOf("padEnd", filler)),
  ),
  method(
    "repeat",
    "count",
    "The text so many times.",
    "'ab'.repeat(3)",
    '"ababab"',
    [1, 1],
    (text, count) => {
      const times = numberArgument("repeat", count!);
      if (times > 0) spendText(text.length * Math.trunc(times));
      return text.repeat(text === "" && times > 0 ? 1 : times);
    },
  ),
  {
    name: "concat",
    on: "text",
    signature: "text.concat(…texts)",
    description: "The texts one after another.",
    example: "'a'.concat('b', 1)",
    result: '"ab1"',
    minArguments: 0,
    maxArguments: Infinity,
    gives: "clean",
    run: (text: string, given: readonly JsonValue[]) => {
      if (given.includes(null)) return null;
      const parts = given.map((each) => textArgument("concat", each));
      spendText(parts.reduce((length, part) => length + part.length, text.length));
      return text + parts.join("");
    },
  },
  method("toString", "", "The text itself.", "'a'.toString()", '"a"', [0, 0], (text) => text),
];

/** A method of texts that reads the whole receiver; the work for that is counted here. */
function method(
  name: string,
  parameters: string,
  description: string,
  example: string,
  result: string,
  [minArguments, maxArguments]: readonly [number, number],
  run: (text: string, first?: JsonValue, second?: JsonValue) => JsonValue,
): LibraryMethod {
  return {
    name,
    on: "text",
    signature: `text.${name}(${parameters})`,
    description,
    example,
    result,
    minArguments,
    maxArguments,
    gives: "clean",
    run: (text: string, first?: JsonValue, second?: JsonValue) => {
      if (first === null || second === null) return null;
      spendText(text.length);
      return run(text, first, second);
    },
  };
}

/** The text, with its length counted as work. */
function made(text: string): string {
  spendText(text.length);
  return text;
}

/** The text to look for. Looking for a long one in a long one can cost their product. */
function searched(text: string, name: string, value: JsonValue): string {
  const search = textArgument(name, value);
  spend((text.length * search.length) / 1024);
  return search;
}

/** The parts of a text between separators; stops as soon as there are more than work is left for. */
function pieces(text: string, separator: string): string[] {
  const parts = text.split(searched(text, "split", separator), Math.floor(work.left) + 1);
  spend(parts.length);
  return parts;
}

/** What `replaceAll("", by)` gives: the replacement around every character. */
function padded(text: string, by: string): string {
  spend(text.length);
  spendText(text.length + (text.length + 1) * by.length);
  return by + text.split("").join(by) + (text === "" ? "" : by);
}

function planned(name: string, value: JsonValue): number {
  const length = numberArgument(name, value);
  if (length > 0) spendText(length);
  return length;
}

function fillerOf(name: string, value: JsonValue | undefined): string | undefined {
  return value === undefined || value === null ? undefined : textArgument(name, value);
}
