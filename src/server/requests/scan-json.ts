import type { Violation } from "../../problems/problem.js";

/** What is wrong with a JSON text: it is none, it is nested too deep, or it has values that cannot be used. */
export type JsonFault =
  | { readonly kind: "syntax"; readonly offset: number }
  | { readonly kind: "depth" }
  | { readonly kind: "values"; readonly violations: readonly Violation[] };

/** Deeper than this no body is read. */
export const maxJsonDepth = 200;

/** More violations than this help nobody. */
const maxViolations = 100;

/**
 * Reads a JSON text (RFC 8259) once more, slowly, to say exactly what is wrong with it and where.
 * For texts that the fast way refused; `undefined` when nothing is wrong.
 */
export function scanJson(text: string): JsonFault | undefined {
  const scanner = new Scanner(text);
  try {
    scanner.document();
  } catch (error) {
    if (error instanceof Stop) return error.fault;
    throw error;
  }
  return scanner.violations.length === 0 ? undefined : { kind: "values", violations: scanner.violations };
}

class Stop {
  readonly fault: JsonFault;
  constructor(fault: JsonFault) {
    this.fault = fault;
  }
}

const blanks = /[ \t\n\r]*/y;
const goodString = /"[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\u0000-\u001f]*)*/y;
const numbers = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
const words = /true|false|null/y;

class Scanner {
  readonly violations: Violation[] = [];
  private readonly text: string;
  private readonly pointer: (string | number)[] = ["body"];
  private at = 0;

  constructor(text: string) {
    this.text = text;
  }

  document(): void {
    this.value(0);
    if (this.at < this.text.length) this.fail();
  }

  private value(depth: number): void {
    this.take(blanks);
    const character = this.text[this.at];
    if (character === "{") this.object(depth);
    else if (character === "[") this.list(depth);
    else if (character === '"') this.string();
    else if (!this.number() && this.take(words) === undefined) this.fail();
    this.take(blanks);
  }

  private object(depth: number): void {
    this.members("}", depth, () => {
      this.take(blanks);
      const key = JSON.parse(this.string()) as string;
      this.pointer.push(key);
      if (key === "__proto__") this.refuse(`The name "__proto__" cannot be used.`);
      this.take(blanks);
      this.expect(":");
      this.value(depth + 1);
    });
  }

  private list(depth: number): void {
    let index = 0;
    this.members("]", depth, () => {
      this.pointer.push(index++);
      this.value(depth + 1);
    });
  }

  private members(end: string, depth: number, member: () => void): void {
    if (depth >= maxJsonDepth) throw new Stop({ kind: "depth" });
    this.at++;
    this.take(blanks);
    if (this.text[this.at] !== end) {
      do {
        member();
        this.pointer.pop();
      } while (this.skip(","));
    }
    this.expect(end);
  }

  /** Takes a string with its quotes. A broken one fails where it breaks, not where it begins. */
  private string(): string {
    const opened = this.take(goodString)?.[0] ?? this.fail();
    this.expect('"');
    return `${opened}"`;
  }

  private number(): boolean {
    const match = this.take(numbers);
    if (match === undefined) return false;
    const value = Number(match[0]);
    const isInteger = match[1] === undefined && match[2] === undefined;
    if (isInteger && !Number.isSafeInteger(value)) {
      this.refuse("An integer beyond 2^53 loses digits in JSON; send it as text.");
    } else if (!Number.isFinite(value)) {
      this.refuse("The number is too large.");
    }
    return true;
  }

  private refuse(message: string): void {
    const pointer = this.pointer.map(
      (part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`,
    );
    this.violations.push({ pointer: pointer.join(""), message });
    if (this.violations.length === maxViolations)
      throw new Stop({ kind: "values", violations: this.violations });
  }

  private take(pattern: RegExp): RegExpExecArray | undefined {
    const match = matchAt(pattern, this.text, this.at);
    if (match !== undefined) this.at += match[0].length;
    return match;
  }

  private skip(character: string): boolean {
    if (this.text[this.at] !== character) return false;
    this.at++;
    return true;
  }

  private expect(character: string): void {
    if (!this.skip(character)) this.fail();
  }

  private fail(offset = this.at): never {
    throw new Stop({ kind: "syntax", offset });
  }
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text) ?? undefined;
}
