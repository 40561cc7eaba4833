/** An instant as ISO 8601 text with the offset that a zone has then; `undefined` where it is no instant. */
export function zonedTime(seconds: number | bigint, zone: string): string | undefined {
  if (typeof seconds === "bigint" || Math.abs(seconds) > 8.64e12) return undefined;
  const offset = offsetMinutes(seconds, zone);
  const local = new Date((seconds + offset * 60) * 1_000);
  if (Number.isNaN(local.getTime())) return undefined;
  const sign = offset < 0 ? "-" : "+";
  const hours = twoDigits(Math.floor(Math.abs(offset) / 60));
  return `${local.toISOString().slice(0, 19)}${sign}${hours}:${twoDigits(Math.abs(offset) % 60)}`;
}

/** A zone is a name of the time zone database, an offset such as `-07:30` or `UTC+05:30`, or empty for UTC. */
function offsetMinutes(seconds: number, zone: string): number {
  const fixed = /^(?:UTC|GMT)?([+-])(\d\d):?(\d\d)$/.exec(zone);
  if (fixed !== null) return (fixed[1] === "-" ? -1 : 1) * (Number(fixed[2]) * 60 + Number(fixed[3]));
  return zone === "" || zone === "UTC" ? 0 : namedOffset(seconds, zone);
}

/** An unknown name counts as UTC: the instant is right all the same. */
function namedOffset(seconds: number, zone: string): number {
  try {
    const parts = new Intl.DateTimeFormat("en-US", { timeZone: zone, timeZoneName: "longOffset" });
    const name = parts.formatToParts(seconds * 1_000).find(({ type }) => type === "timeZoneName")?.value;
    return name === undefined || name === "GMT" ? 0 : offsetMinutes(seconds, name);
  } catch {
    return 0;
  }
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}
