const links = /<([^>]*)>((?:\s*;\s*[\w*-]+\s*(?:=\s*(?:"[^"]*"|[^",;\s]*))?)*)/g;
const parameters = /;\s*([\w*-]+)\s*(?:=\s*(?:"([^"]*)"|([^",;\s]*)))?/g;

/** Where the `Link` header of an answer says the next page is (RFC 8288); `undefined` where it says nothing. */
export function nextLink(header: string | undefined): string | undefined {
  for (const [, target, written] of header?.matchAll(links) ?? []) {
    for (const [, name, quoted, plain] of written!.matchAll(parameters)) {
      const relations = (quoted ?? plain ?? "").toLowerCase().split(/\s+/);
      if (name!.toLowerCase() === "rel" && relations.includes("next")) return target;
    }
  }
  return undefined;
}
