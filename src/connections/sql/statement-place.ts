/** A part of a statement. */
interface Place {
  readonly start: number;
  readonly end: number;
}

/** The word, or the sign, that begins at a place; a name with its table counts as one. */
export function wordAt(text: string, start: number): Place {
  const length = /^(?:[\p{L}\p{N}_$."`]+|.)/su.exec(text.slice(start))?.[0].length ?? 1;
  return { start, end: start + length };
}

/** Where a name stands that a database complains of, as far as that can be told. */
export function placeOfName(text: string, name: string): Place | undefined {
  const last = name.split(".").at(-1)!;
  const escaped = last.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const found = new RegExp(`(?<![\\p{L}\\p{N}_])${escaped}(?![\\p{L}\\p{N}_])`, "iu").exec(text);
  return found === null ? undefined : { start: found.index, end: found.index + found[0].length };
}

/** Where a text stands that a database quotes from the statement. */
export function placeOfQuote(text: string, quoted: string): Place | undefined {
  const start = text.indexOf(quoted);
  return start < 0 ? undefined : wordAt(text, start);
}
