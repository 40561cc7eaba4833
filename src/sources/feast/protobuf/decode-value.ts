import { WireError, WireReader, wireTypes } from "../../../connections/protobuf/wire-reader.js";
import { zonedTime } from "./zoned-time.js";

/** What the parts of a value become: one form gives values of steps, another the text of Feast's own answers. */
export interface ValueForm<T> {
  readonly nothing: T;
  text(value: string): T;
  integer(value: number | bigint): T;
  /** Seconds since 1970; the smallest integer stands for no time. */
  seconds(value: number | bigint): T;
  float(value: number): T;
  boolean(value: boolean): T;
  bytes(value: Buffer): T;
  list(items: readonly T[]): T;
  object(entries: readonly (readonly [string, T])[]): T;
  /** A map whose keys are no texts. */
  pairs(entries: readonly (readonly [T, T])[]): T;
}

/** Reads one stored value (`feast.types.Value`). No bytes at all are a null. Throws WireError. */
export function decodeValue<T>(bytes: Buffer, form: ValueForm<T>, start = 0, end = bytes.length): T {
  if (start === end) return form.nothing;
  if (bytes[start] === doubleTag && end - start === doubleLength)
    return form.float(bytes.readDoubleLE(start + 1));
  return readValue(new WireReader(bytes, start, end), form, 0);
}

/** Most values are one double: field 5, and eight bytes. */
const doubleTag = 0x29;
const doubleLength = 9;

const deepest = 64;

/** Of several members of the `oneof` the last one counts. */
function readValue<T>(reader: WireReader, form: ValueForm<T>, depth: number): T {
  if (depth > deepest) throw new WireError("a value is nested too deeply");
  let value = form.nothing;
  for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
    value = readMember(field, reader, form, depth) ?? form.nothing;
  }
  return value;
}

const { varint, fixed64, fixed32 } = wireTypes;

function readMember<T>(field: number, reader: WireReader, form: ValueForm<T>, depth: number): T | undefined {
  switch (field) {
    case 1:
      return form.bytes(reader.block());
    case 2: // STRING, and below: JSON, UUID, TIME_UUID, DECIMAL
    case 32:
    case 36:
    case 37:
    case 44:
      return form.text(reader.text());
    case 3:
      reader.expect(varint);
      return form.integer(reader.int32());
    case 4:
      reader.expect(varint);
      return form.integer(reader.int64());
    case 5:
      reader.expect(fixed64);
      return form.float(reader.double());
    case 6:
      reader.expect(fixed32);
      return form.float(reader.float());
    case 7:
      reader.expect(varint);
      return form.boolean(reader.int64() !== 0);
    case 8:
      reader.expect(varint);
      return form.seconds(reader.int64());
    case 19:
      reader.skip();
      return undefined;
    case 20:
    case 34:
      return readMap(reader.message(), form, depth);
    case 21:
    case 35:
      return form.list(repeated(reader.message(), (each) => readMap(each.message(), form, depth)));
    case 42:
    case 43:
      return form.list(repeated(reader.message(), (each) => readValue(each.message(), form, depth + 1)));
    case 47:
      return form.pairs(repeated(reader.message(), (each) => readPair(each.message(), form, depth)));
    case 48:
      return readZoned(reader.message(), form);
    default:
      return readList(field, reader, form);
  }
}

function readList<T>(field: number, reader: WireReader, form: ValueForm<T>): T | undefined {
  switch (field) {
    case 11:
    case 22:
      return form.list(repeated(reader.message(), (each) => form.bytes(each.block())));
    case 12: // lists and sets of texts, JSON, UUIDs and decimals
    case 23:
    case 33:
    case 38:
    case 39:
    case 40:
    case 41:
    case 45:
    case 46:
      return form.list(repeated(reader.message(), (each) => form.text(each.text())));
    case 13:
    case 24:
      return form.list(packed(reader.message(), varint, (each) => form.integer(each.int32())));
    case 14:
    case 25:
      return form.list(packed(reader.message(), varint, (each) => form.integer(each.int64())));
    case 15:
    case 26:
      return form.list(packed(reader.message(), fixed64, (each) => form.float(each.double())));
    case 16:
    case 27:
      return form.list(packed(reader.message(), fixed32, (each) => form.float(each.float())));
    case 17:
    case 28:
      return form.list(packed(reader.message(), varint, (each) => form.boolean(each.int64() !== 0)));
    case 18:
    case 29:
      return form.list(packed(reader.message(), varint, (each) => form.seconds(each.int64())));
    default:
      throw new WireError(`a value has the unknown type ${field}`);
  }
}

/** The items of a list message: its field 1, as often as it comes. */
function repeated<T>(reader: WireReader, readItem: (reader: WireReader) => T): T[] {
  const items: T[] = [];
  for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
    if (field === 1) items.push(readItem(reader));
    else reader.skip();
  }
  return items;
}

/** As `repeated`, of numbers, which may stand together in one block. */
function packed<T>(reader: WireReader, wireType: number, readItem: (reader: WireReader) => T): T[] {
  const items: T[] = [];
  for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
    if (field !== 1) reader.skip();
    else if (reader.wireType === wireType) items.push(readItem(reader));
    else for (const block = reader.message(); !block.isDone;) items.push(readItem(block));
  }
  return items;
}

function readMap<T>(reader: WireReader, form: ValueForm<T>, depth: number): T {
  const entries = new Map<string, T>();
  for (const [key, value] of repeated(reader, (each) => readEntry(each.message(), form, depth))) {
    entries.set(key, value);
  }
  return form.object([...entries]);
}

function readEntry<T>(reader: WireReader, form: ValueForm<T>, depth: number): readonly [string, T] {
  let key = "";
  let value = form.nothing;
  for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
    if (field === 1) key = reader.text();
    else if (field === 2) value = readValue(reader.message(), form, depth + 1);
    else reader.skip();
  }
  return [key, value];
}

function readPair<T>(reader: WireReader, form: ValueForm<T>, depth: number): readonly [T, T] {
  let key = form.nothing;
  let value = form.nothing;
  for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
    if (field === 1) key = readMapKey(reader.message(), form);
    else if (field === 2) value = readValue(reader.message(), form, depth + 1);
    else reader.skip();
  }
  return [key, value];
}

function readMapKey<T>(reader: WireReader, form: ValueForm<T>): T {
  let key = form.nothing;
  for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
    if (field === 1) key = form.integer(reader.int32());
    else if (field === 2) key = form.integer(reader.int64());
    else if (field === 3) key = form.float(reader.float());
    else if (field === 4) key = form.float(reader.double());
    else if (field === 5) key = form.boolean(reader.int64() !== 0);
    else if (field === 6) key = form.seconds(reader.int64());
    else if (field === 7) key = form.bytes(reader.block());
    else key = form.text(reader.text());
  }
  return key;
}

function readZoned<T>(reader: WireReader, form: ValueForm<T>): T {
  let seconds: number | bigint = 0;
  let zone = "";
  for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
    if (field === 1) seconds = reader.int64();
    else if (field === 2) zone = reader.text();
    else reader.skip();
  }
  const text = zonedTime(seconds, zone);
  return text === undefined ? form.nothing : form.text(text);
}
