/**
 * The same for all texts that some database counts as equal: by its collation, whatever their case, accents and
 * trailing spaces, or because they are one number.
 */
export function comparedText(text: string): string {
  if (/^-?[1-9]\d*$/.test(text)) return text;
  if (/^[+-]?\d+$/.test(text)) return String(BigInt(text.replace("+", "")));
  if (/^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text)) return String(Number(text));
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toUpperCase().toLowerCase().trim();
}
