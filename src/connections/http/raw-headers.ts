/** Headers as they come from the wire: a list of names and values in turn. They are read only where one is asked for. */
export type RawHeaders = readonly Buffer[];

/** The value of the first header of that lower-case name. */
export function findHeader(raw: RawHeaders, name: string): string | undefined {
  for (let index = 0; index < raw.length; index += 2) {
    const found = raw[index]!;
    if (found.length === name.length && isSameName(found, name)) return raw[index + 1]!.toString("latin1");
  }
  return undefined;
}

/** All headers by lower-case name; the values of repeated ones are joined with `, `, cookies with a line break. */
export function readHeaders(raw: RawHeaders): Readonly<Record<string, string>> {
  const headers = Object.create(null) as Record<string, string>;
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index]!.toString("latin1").toLowerCase();
    const value = raw[index + 1]!.toString("latin1");
    const earlier = headers[name];
    const joint = name === "set-cookie" ? "\n" : ", ";
    headers[name] = earlier === undefined ? value : earlier + joint + value;
  }
  return headers;
}

function isSameName(found: Buffer, name: string): boolean {
  for (let index = 0; index < name.length; index++) {
    if ((found[index]! | 0x20) !== name.charCodeAt(index)) return false;
  }
  return true;
}
