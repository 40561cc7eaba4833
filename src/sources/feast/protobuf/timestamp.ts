import { WireReader, WireError } from "../../../connections/protobuf/wire-reader.js";

/** An instant with nanoseconds; `seconds` since 1970 may be negative, `nanos` never is. */
export interface Timestamp {
  readonly seconds: number;
  readonly nanos: number;
}

/** Reads a `google.protobuf.Timestamp` or `Duration`. Throws WireError. */
export function readTimestamp(reader: WireReader): Timestamp {
  let seconds = 0;
  let nanos = 0;
  for (let field = reader.nextField(); field !== 0; field = reader.nextField()) {
    if (field === 1) seconds = Number(reader.int64());
    else if (field === 2) nanos = reader.int32();
    else reader.skip();
  }
  if (Math.abs(seconds) > 8.64e12 || nanos < 0 || nanos > 999_999_999) {
    throw new WireError("a time is out of range");
  }
  return { seconds, nanos };
}

export function decodeTimestamp(bytes: Buffer, start = 0, end = bytes.length): Timestamp {
  return readTimestamp(new WireReader(bytes, start, end));
}

/** RFC 3339 in UTC, with no, three, six or nine digits behind the point: as many as it takes. */
export function timestampText({ seconds, nanos }: Timestamp): string {
  const whole = new Date(seconds * 1_000).toISOString().slice(0, -5);
  if (nanos === 0) return `${whole}Z`;
  const digits = String(nanos).padStart(9, "0");
  const length = digits.endsWith("000000") ? 3 : digits.endsWith("000") ? 6 : 9;
  return `${whole}.${digits.slice(0, length)}Z`;
}

export function timestampMs({ seconds, nanos }: Timestamp): number {
  return seconds * 1_000 + nanos / 1e6;
}

/** Reads RFC 3339; `undefined` for another text and for the beginning of 1970, which stands for no time at all. */
export function parseTimestamp(text: unknown): Timestamp | undefined {
  if (typeof text !== "string") return undefined;
  const match = /^(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(?:Z|\+00:?00)?$/.exec(text);
  if (match === null) return undefined;
  const ms = Date.parse(`${match[1]!.replace(" ", "T")}Z`);
  const nanos = Number((match[2] ?? "").padEnd(9, "0"));
  if (Number.isNaN(ms) || (ms === 0 && nanos === 0)) return undefined;
  return { seconds: ms / 1_000, nanos };
}
