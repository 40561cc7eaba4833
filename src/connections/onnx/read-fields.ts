import type { WireReader } from "../protobuf/wire-reader.js";

/** Reads a message field by field: each by the function under its number, the others not at all. */
export function readFields(reader: WireReader, read: Readonly<Record<number, () => unknown>>): void {
  for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
    const readField = read[field];
    if (readField === undefined) reader.skip();
    else readField();
  }
}
