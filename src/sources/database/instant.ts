const dayForm = /^(\d{4})-(\d\d)-(\d\d)$/;
const instantForm = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(\.\d{1,9})?)?\s?([Zz]|[+-]\d\d:?\d\d)?$/;

/** True for `YYYY-MM-DD` of a day that exists. */
export function isCalendarDay(text: string): boolean {
  const match = dayForm.exec(text);
  if (match === null) return false;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

/**
 * An ISO 8601 time as UTC text in SQL's own form, `YYYY-MM-DD HH:MM:SS`, with its fraction as it was.
 * A time without a zone is UTC. `undefined` where the text is no time that exists.
 */
export function instantText(text: string): string | undefined {
  const match = instantForm.exec(text);
  if (match === null) return undefined;
  const [, day = "", hour = "", minute = "", second = "00", fraction = "", zone = "Z"] = match;
  if (!isCalendarDay(day) || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59)
    return undefined;
  const offset = zoneMinutes(zone);
  if (offset === undefined) return undefined;
  const utc = new Date(Date.parse(`${day}T${hour}:${minute}:${second}Z`) - offset * 60_000);
  const year = utc.getUTCFullYear();
  if (year < 0 || year > 9999) return undefined;
  return utc.toISOString().slice(0, 19).replace("T", " ") + fraction;
}

function zoneMinutes(zone: string): number | undefined {
  if (/^z$/i.test(zone)) return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(-2));
  if (hours > 15 || minutes > 59) return undefined;
  return (zone.startsWith("-") ? -1 : 1) * (hours * 60 + minutes);
}
