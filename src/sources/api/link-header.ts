/** Where the `Link` header of an answer says the next page is (RFC 8288); `undefined` where it says nothing. */
export function nextLink(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const link = /<([^>]*)>((?:\s*;\s*[\w*-]+\s*(?:=\s*(?:"[^"]*"|[^",;\s]*))?)*)/g;
  for (const [, target, parameters] of header.matchAll(link)) {
    const relation = /;\s*rel\s*=\s*(?:"([^"]*)"|([^",;\s]*))/i.exec(parameters!);
    const names = (relation?.[1] ?? relation?.[2] ?? "").toLowerCase().split(/\s+/);
    if (names.includes("next")) return target;
  }
  return undefined;
}
