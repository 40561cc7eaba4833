import type { JsonValue } from "../../expression/value.js";
import { replyInvalid } from "./reply-invalid.js";

/**
 * Parses the JSON of an answer. Integers that a number cannot hold exactly, those beyond 2^53, become text.
 * Throws SOURCE_REPLY_INVALID.
 */
export function parseJson(text: string): JsonValue {
  try {
    return JSON.parse(mayHoldBigInteger(text) ? quoteBigIntegers(text) : text) as JsonValue;
  } catch (error) {
    throw replyInvalid("its body is not JSON", error);
  }
}

/** The smallest integer that a number cannot hold has this many digits. */
const bigDigits = 16;

/**
 * Whether a run of that many digits could be an integer. Such a run covers a multiple of its length, so looking at
 * every sixteenth character finds it.
 */
function mayHoldBigInteger(text: string): boolean {
  for (let index = bigDigits - 1; index < text.length; index += bigDigits) {
    if (!isDigit(text.charCodeAt(index))) continue;
    let start = index;
    while (isDigit(text.charCodeAt(start - 1))) start--;
    while (isDigit(text.charCodeAt(index))) index++;
    const isFraction = text.charCodeAt(start - 1) === point;
    if (index - start >= bigDigits && !isFraction) return true;
  }
  return false;
}

/** The same JSON with quotes around its big integers. What is not JSON before is not JSON afterwards. */
function quoteBigIntegers(text: string): string {
  let quoted = "";
  let kept = 0;
  let index = 0;
  while (index < text.length) {
    const code = text.charCodeAt(index);
    if (code === quote) {
      index = endOfText(text, index);
    } else if (code === minus || isDigit(code)) {
      const end = endOfNumber(text, index);
      if (isBigInteger(text, index, end)) {
        quoted += `${text.slice(kept, index)}"${text.slice(index, end)}"`;
        kept = end;
      }
      index = end;
    } else {
      index++;
    }
  }
  return quoted + text.slice(kept);
}

function endOfText(text: string, start: number): number {
  let index = start + 1;
  while (index < text.length && text.charCodeAt(index) !== quote) {
    index += text.charCodeAt(index) === backslash ? 2 : 1;
  }
  return index + 1;
}

function endOfNumber(text: string, start: number): number {
  let index = start + 1;
  while (isOfNumber(text.charCodeAt(index))) index++;
  return index;
}

function isBigInteger(text: string, start: number, end: number): boolean {
  if (end - start < bigDigits) return false;
  const token = text.slice(start, end);
  return /^-?[1-9]\d*$/.test(token) && !Number.isSafeInteger(Number(token)) && !isKey(text, end);
}

/** Numbers are no keys in JSON, and quotes must not make them ones. */
function isKey(text: string, end: number): boolean {
  const colon = /\s*:/y;
  colon.lastIndex = end;
  return colon.test(text);
}

const quote = 0x22;
const backslash = 0x5c;
const minus = 0x2d;
const point = 0x2e;

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** Digits, signs, the point and the letter of an exponent. */
function isOfNumber(code: number): boolean {
  return isDigit(code) || code === point || code === minus || code === 0x2b || (code | 0x20) === 0x65;
}
