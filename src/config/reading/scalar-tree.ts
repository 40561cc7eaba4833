import type { Scalar } from "yaml";
import type { Location } from "../../problems/location.js";
import type { Report } from "../../problems/report.js";
import type { ScalarTree } from "../../schema/tree.js";
import type { Places } from "./places.js";
import { quoted } from "./quotes.js";
import { scalarOffsets, type ScalarStyle } from "./scalar-offsets.js";
import { unsetTree, valueTree } from "./value-tree.js";

/** Reads one value; `key` is the key that it stands at. Reports numbers and comments that would change its meaning. */
export function readScalar(
  node: Scalar,
  key: string | undefined,
  places: Places,
  report: Report,
): ScalarTree {
  const [start, end] = node.range ?? [0, 0];
  const location = placeOfValue(node, places);
  if (node.type === "PLAIN") {
    const comment = commentThatCuts(node, key, places);
    if (comment !== undefined) {
      report.add("YAML_COMMENT_CUTS", { quoted: comment.quoted }, places.at(comment.start, comment.end));
      return unsetTree(location);
    }
    const source = node.source ?? "";
    const reason = whyUnsafe(source);
    if (reason !== undefined) {
      report.add("YAML_NUMBER_UNSAFE", { found: source, reason }, location);
      return unsetTree(location);
    }
  }
  const value = node.value as ScalarTree["value"];
  if (typeof value !== "string") return valueTree(value, location);
  return valueTree(value, location, locator(value, start, end, styleOf(node), location, places));
}

function placeOfValue(node: Scalar, places: Places): Location {
  const [start, end] = node.range ?? [0, 0];
  return styleOf(node) === "block" ? places.at(start, start + 1) : places.at(start, end);
}

function styleOf({ type }: Scalar): ScalarStyle {
  if (type === "QUOTE_SINGLE") return "single";
  if (type === "QUOTE_DOUBLE") return "double";
  return type === "PLAIN" ? "plain" : "block";
}

/** Follows the text through its file when first asked. */
function locator(
  value: string,
  start: number,
  end: number,
  style: ScalarStyle,
  whole: Location,
  places: Places,
): ScalarTree["locate"] {
  let offsets: readonly number[] | undefined;
  return (from, to) => {
    offsets ??= scalarOffsets(value, places.text.slice(start, end), start, style) ?? [];
    const first = offsets[Math.max(0, Math.min(from, value.length))];
    if (first === undefined) return whole;
    const last = offsets[Math.max(0, Math.min(to, value.length) - 1)] ?? first;
    return places.at(first, to > from ? last + 1 : first);
  };
}

interface Comment {
  readonly start: number;
  readonly end: number;
  readonly quoted: string;
}

/** A comment behind a text that may go on behind it: a query, or one with a variable or an expression in it. */
function commentThatCuts(node: Scalar, key: string | undefined, places: Places): Comment | undefined {
  const [start, end] = node.range ?? [0, 0];
  const text = places.text.slice(start, end);
  if (key !== "query" && !/\{\{|\$\{/.test(text)) return undefined;
  const endOfLine = places.endOfLine(end);
  const behind = places.text.slice(end, endOfLine);
  const comment = /^\s+#/.exec(behind);
  if (comment === null || text === "") return undefined;
  return { start: end + comment[0].length - 1, end: endOfLine, quoted: quoted(`${text}${behind.trimEnd()}`) };
}

/** Why a number would not be kept as it is written. */
function whyUnsafe(source: string): string | undefined {
  if (/^[-+]?\.inf$/i.test(source) || /^\.nan$/i.test(source)) return "is not one that JSON has";
  if (/^[-+]?0\d+$/.test(source)) return "would lose its leading zeros";
  const isInteger = /^([-+]?\d+|0o[0-7]+|0x[0-9a-f]+)$/i.test(source);
  if (isInteger && !Number.isSafeInteger(Number(source))) return "is too large to be exact";
  const isFloat = /^[-+]?(\.\d+|\d+(\.\d*)?)(e[-+]?\d+)?$/i.test(source);
  return isFloat && !Number.isFinite(Number(source)) ? "is too large" : undefined;
}
