const names: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

/** What stands for a reference such as `&lt;` or `&#x41;`; `undefined` for one that XML itself does not define. */
export function referencedText(reference: string): string | undefined {
  if (!reference.startsWith("#")) return Object.hasOwn(names, reference) ? names[reference] : undefined;
  const digits = /^#(?:x([0-9a-f]{1,6})|(\d{1,7}))$/i.exec(reference);
  if (digits === null) return undefined;
  const code = digits[1] === undefined ? Number(digits[2]) : parseInt(digits[1], 16);
  return code <= 0x10ffff && isXmlText(String.fromCodePoint(code)) ? String.fromCodePoint(code) : undefined;
}

/** Whether XML can hold these characters at all: control characters cannot be written, not even as references. */
export function isXmlText(text: string): boolean {
  return !/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/u.test(text);
}

export function escapedXml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("\r", "&#13;");
}

export const xmlName = /[\p{L}_:][\p{L}\p{N}_:.\-\u00b7]*/uy;
