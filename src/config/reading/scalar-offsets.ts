/** How a text value is written in YAML. */
export type ScalarStyle = "plain" | "single" | "double" | "block";

/** A value and the offset in the file of each of its characters, plus one for its end. */
interface Decoded {
  readonly text: string;
  readonly offsets: readonly number[];
}

/**
 * For each character of a text value, its offset in the file, and one more for the end. `source` is the value as it is
 * written, quotes included (a block scalar from its `|` or `>` on), and starts at `start` of the file. `undefined` where
 * the text cannot be followed.
 */
export function scalarOffsets(
  value: string,
  source: string,
  start: number,
  style: ScalarStyle,
): readonly number[] | undefined {
  if (style === "block") return blockOffsets(value, source, start);
  const decoded =
    style === "plain"
      ? decodeFlow(source, 0, source.length, start, style)
      : decodeQuoted(source, start, style);
  return decoded.text === value ? decoded.offsets : undefined;
}

function decodeQuoted(source: string, start: number, style: ScalarStyle): Decoded {
  return decodeFlow(source, 1, source.length - 1, start, style);
}

const lineBreaks = /[ \t]*(\r?\n[ \t]*)+/y;

/** Follows a scalar that may be folded over several lines, with the escapes of its style. */
function decodeFlow(source: string, from: number, to: number, start: number, style: ScalarStyle): Decoded {
  const text: string[] = [];
  const offsets: number[] = [];
  const put = (characters: string, at: number): void => {
    for (const unit of characters.split("")) {
      text.push(unit);
      offsets.push(start + at);
    }
  };
  let at = from;
  while (at < to) {
    lineBreaks.lastIndex = at;
    const folded = lineBreaks.exec(source);
    if (folded !== null) {
      const breaks = folded[0].split("\n").length - 1;
      put(breaks === 1 ? " " : "\n".repeat(breaks - 1), at);
      at += folded[0].length;
      continue;
    }
    const [characters, width] = readUnit(source, at, style);
    put(characters, at);
    at += width;
  }
  return { text: text.join(""), offsets: [...offsets, start + to] };
}

/** The characters that stand at an offset, and how much of the source they take. */
function readUnit(source: string, at: number, style: ScalarStyle): [string, number] {
  const here = source[at]!;
  if (style === "single" && here === "'") return ["'", 2];
  if (style !== "double" || here !== "\\") return [here, 1];
  return readEscape(source, at);
}

const escapes: Readonly<Record<string, string>> = {
  "0": "\0",
  a: "\x07",
  b: "\b",
  e: "\x1b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  N: "\u0085",
  _: "\u00a0",
  L: "\u2028",
  P: "\u2029",
};

const brokenLines = /\\\r?\n[ \t]*/y;

function readEscape(source: string, at: number): [string, number] {
  brokenLines.lastIndex = at;
  const brokenLine = brokenLines.exec(source);
  if (brokenLine !== null) return ["", brokenLine[0].length];
  const hex = /^\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/.exec(source.slice(at, at + 10));
  if (hex !== null) {
    const code = Number.parseInt(hex[1] ?? hex[2] ?? hex[3]!, 16);
    return [code <= 0x10ffff ? String.fromCodePoint(code) : "", hex[0].length];
  }
  const letter = source[at + 1] ?? "";
  return [escapes[letter] ?? letter, 2];
}

/** Finds the lines of a block scalar in its value, one after another: folding changes only what is between them. */
function blockOffsets(value: string, source: string, start: number): readonly number[] | undefined {
  const lines = bodyLines(source, start);
  const indent = indentOf(value, lines);
  const offsets: number[] = [];
  for (const line of lines) {
    const content = line.text.slice(indent);
    if (content.trim() === "") continue;
    const found = value.indexOf(content, offsets.length);
    if (found === -1 || value.slice(offsets.length, found).trim() !== "") return undefined;
    while (offsets.length < found) offsets.push(line.offset);
    for (let at = 0; at < content.length; at++) offsets.push(line.offset + indent + at);
  }
  const end = offsets.length === 0 ? start : offsets.at(-1)! + 1;
  while (offsets.length <= value.length) offsets.push(end);
  return offsets;
}

interface BodyLine {
  readonly text: string;
  readonly offset: number;
}

function bodyLines(source: string, start: number): BodyLine[] {
  const lines: BodyLine[] = [];
  let at = source.indexOf("\n") + 1;
  while (at > 0 && at < source.length) {
    const next = source.indexOf("\n", at);
    const end = next === -1 ? source.length : next;
    lines.push({ text: source.slice(at, end).replace(/\r$/, ""), offset: start + at });
    at = next + 1;
  }
  return lines;
}

/** The spaces before each line that do not belong to the value. */
function indentOf(value: string, lines: readonly BodyLine[]): number {
  const firstOfSource = lines.find(({ text }) => text.trim() !== "")?.text ?? "";
  const firstOfValue = value.split("\n").find((line) => line.trim() !== "") ?? "";
  return spacesBefore(firstOfSource) - spacesBefore(firstOfValue);
}

function spacesBefore(line: string): number {
  return line.length - line.replace(/^ +/, "").length;
}
