import { WrittenFloat, type SentValue } from "../keys/key-value.js";

/** JSON as Python reads it: integers are exact however long, floats stay floats, NaN and infinities are numbers. */
export type PythonValue = SentValue | { readonly [name: string]: PythonValue } | readonly PythonValue[];

/** A text that is no JSON, with Python's words for it and the place. */
export class PythonJsonError extends Error {
  override readonly name = "PythonJsonError";
  readonly position: number;

  constructor(message: string, position: number) {
    super(message);
    this.position = position;
  }
}

/** Only such texts need more care than `JSON.parse` takes. Throws PythonJsonError. */
export function parsePythonJson(text: string): PythonValue {
  if (!/\d[.eE]|\d{16}|NaN|Infinity/.test(text)) {
    try {
      return JSON.parse(text) as PythonValue;
    } catch {
      return new Parser(text).whole();
    }
  }
  return new Parser(text).whole();
}

const deepest = 200;

class Parser {
  private readonly text: string;
  private at = 0;

  constructor(text: string) {
    this.text = text;
  }

  whole(): PythonValue {
    this.skip();
    const value = this.value(0);
    this.skip();
    if (this.at < this.text.length) throw this.fault("Extra data");
    return value;
  }

  private value(depth: number): PythonValue {
    if (depth > deepest) throw this.fault("maximum recursion depth exceeded");
    const next = this.text[this.at];
    if (next === "{") return this.object(depth);
    if (next === "[") return this.list(depth);
    if (next === '"') return this.string();
    for (const [word, value] of words) {
      if (this.text.startsWith(word, this.at)) {
        this.at += word.length;
        return value;
      }
    }
    return this.number();
  }

  private object(depth: number): PythonValue {
    const entries: [string, PythonValue][] = [];
    this.at += 1;
    this.skip();
    if (this.take("}")) return {};
    for (;;) {
      if (this.text[this.at] !== '"') throw this.fault("Expecting property name enclosed in double quotes");
      const name = this.string();
      this.skip();
      if (!this.take(":")) throw this.fault("Expecting ':' delimiter");
      this.skip();
      entries.push([name, this.value(depth + 1)]);
      this.skip();
      if (this.take("}")) return Object.fromEntries(entries);
      if (!this.take(",")) throw this.fault("Expecting ',' delimiter");
      this.skip();
    }
  }

  private list(depth: number): PythonValue {
    const items: PythonValue[] = [];
    this.at += 1;
    this.skip();
    if (this.take("]")) return items;
    for (;;) {
      items.push(this.value(depth + 1));
      this.skip();
      if (this.take("]")) return items;
      if (!this.take(",")) throw this.fault("Expecting ',' delimiter");
      this.skip();
    }
  }

  private string(): string {
    const start = this.at;
    let end = start + 1;
    while (end < this.text.length && this.text[end] !== '"') end += this.text[end] === "\\" ? 2 : 1;
    if (end >= this.text.length) throw this.fault("Unterminated string starting at");
    this.at = end + 1;
    try {
      return JSON.parse(this.text.slice(start, end + 1)) as string;
    } catch {
      const sound = soundString.exec(this.text.slice(start, end));
      this.at = start + (sound?.[0].length ?? 0);
      const isEscape = this.text[this.at] === "\\";
      throw this.fault(isEscape ? "Invalid \\escape" : "Invalid control character at");
    }
  }

  private number(): PythonValue {
    const form = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
    form.lastIndex = this.at;
    const match = form.exec(this.text);
    if (match === null) throw this.fault("Expecting value");
    this.at += match[0].length;
    const value = Number(match[0]);
    if (match[1] !== undefined || match[2] !== undefined) return new WrittenFloat(value);
    return Number.isSafeInteger(value) ? value : BigInt(match[0]);
  }

  private skip(): void {
    while (" \t\n\r".includes(this.text[this.at] ?? "x")) this.at += 1;
  }

  private take(character: string): boolean {
    if (this.text[this.at] !== character) return false;
    this.at += 1;
    return true;
  }

  private fault(message: string): PythonJsonError {
    return new PythonJsonError(message, this.at);
  }
}

/** A string as far as JSON allows what stands in it. */
const soundString = /^"(?:[^\\\p{Cc}]|[\x7f-\x9f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*/u;

const words: readonly (readonly [string, PythonValue])[] = [
  ["true", true],
  ["false", false],
  ["null", null],
  ["NaN", new WrittenFloat(NaN)],
  ["Infinity", new WrittenFloat(Infinity)],
  ["-Infinity", new WrittenFloat(-Infinity)],
];

/** The value as JSON text again: for the parts of a request that an answer repeats. */
export function pythonText(value: PythonValue): string {
  if (value instanceof WrittenFloat) return JSON.stringify(Number.isFinite(value.value) ? value.value : null);
  if (typeof value === "bigint") return String(value);
  if (Array.isArray(value)) return `[${value.map((item: PythonValue) => pythonText(item)).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(
    ([name, member]) => `${JSON.stringify(name)}:${pythonText(member as PythonValue)}`,
  );
  return `{${entries.join(",")}}`;
}
