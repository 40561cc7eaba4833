import type { KeyLayout } from "./key-encoder.js";

/**
 * The layout of a stored key, given the configured version. Only version 3 leaves a question: the releases 0.40 to
 * 0.43 wrote it without the number of join keys in front, and nothing but the keys themselves tells the two apart.
 */
export function layoutOf(configured: KeyLayout, stored: Buffer | undefined): KeyLayout {
  if (configured !== 3 || stored === undefined || hasCount(stored)) return configured;
  return "3-legacy";
}

/** Whether a key can be read as: the number of join keys, so many names, so many values. */
function hasCount(key: Buffer): boolean {
  if (key.length < 4) return true;
  const count = key.readUInt32LE(0);
  let position: number | undefined = 4;
  for (let name = 0; name < count && position !== undefined; name++) position = skipTyped(key, position, [2]);
  for (let value = 0; value < count && position !== undefined; value++) {
    position = skipTyped(key, position, [1, 2, 3, 4, 8]);
  }
  return position !== undefined;
}

/** The place behind a type, a length and as many bytes; `undefined` where there is no such thing. */
function skipTyped(key: Buffer, start: number, types: readonly number[]): number | undefined {
  if (start + 8 > key.length || !types.includes(key.readUInt32LE(start))) return undefined;
  const end = start + 8 + key.readUInt32LE(start + 4);
  return end > key.length ? undefined : end;
}
