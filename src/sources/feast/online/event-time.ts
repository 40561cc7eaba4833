import type { Timestamp } from "../protobuf/timestamp.js";

/**
 * What SQLite has as `event_ts`: since Feast 0.42 seconds, which it makes from UTC as if that were local time, and
 * before that UTC as text. Feast turns the shift back with the reader's zone, and so do we.
 */
export function sqliteEventTime(stored: string): Timestamp | undefined {
  if (/^-?\d+(\.\d+)?$/.test(stored)) {
    const seconds = Math.floor(Number(stored));
    const shift = new Date(seconds * 1_000).getTimezoneOffset() * 60;
    return Number.isNaN(shift) ? undefined : { seconds: seconds - shift, nanos: 0 };
  }
  const match = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?$/.exec(stored);
  if (match === null) return undefined;
  const ms = Date.parse(`${match[1]}T${match[2]}Z`);
  const nanos = Number((match[3] ?? "").padEnd(9, "0"));
  return Number.isNaN(ms) ? undefined : { seconds: ms / 1_000, nanos };
}
