import { failure } from "../../problems/orchestrator-error.js";
import { nameHint } from "../../problems/nearest.js";
import type { JsonValue } from "../value.js";
import { numberArgument, textArgument } from "./arguments.js";
import type { LibraryFunction } from "./entry.js";

/** Functions over dates, which are ISO 8601 text; a time without an offset is taken as UTC. */
export const dateFunctions: readonly LibraryFunction[] = [
  {
    name: "now",
    signature: "now()",
    description: "The time at which the execution began, the same all through it, in UTC.",
    example: "now()",
    result: '"2026-01-15T12:00:00.000Z"',
    minArguments: 0,
    maxArguments: 0,
    gives: "clean",
    uses: "clock",
    run: (nowMs: number) => new Date(nowMs).toISOString(),
  },
  {
    name: "date_add",
    signature: "date_add(date, amount, unit)",
    description:
      "The date so much later, or earlier. Units are milliseconds to years; a month that is too short gives its last day.",
    example: "[date_add('2026-01-31', 1, 'month'), date_add('2026-01-31T23:00:00Z', 90, 'minutes')]",
    result: '["2026-02-28","2026-02-01T00:30:00.000Z"]',
    minArguments: 3,
    maxArguments: 3,
    gives: "clean",
    run: (value: JsonValue, amount: JsonValue, unit: JsonValue) => {
      if (value === null || amount === null || unit === null) return null;
      const date = readDate("date_add", value);
      const { milliseconds, months } = unitOf("date_add", unit);
      const count = numberArgument("date_add", amount);
      const time =
        months === undefined
          ? date.time + count * milliseconds
          : addMonths(date.time, Math.trunc(count) * months);
      return writeDate("date_add", time, date.isDay && (months !== undefined || milliseconds % dayMs === 0));
    },
  },
  {
    name: "date_diff",
    signature: "date_diff(from, to, unit)",
    description: "How many whole units lie between two dates; negative when the second is earlier.",
    example:
      "[date_diff('2026-01-31', '2026-03-01', 'days'), date_diff('2026-03-15', '2026-01-31', 'months')]",
    result: "[29,-1]",
    minArguments: 3,
    maxArguments: 3,
    gives: "clean",
    run: (first: JsonValue, second: JsonValue, unit: JsonValue) => {
      if (first === null || second === null || unit === null) return null;
      const from = readDate("date_diff", first).time;
      const to = readDate("date_diff", second).time;
      const { milliseconds, months } = unitOf("date_diff", unit);
      const whole =
        months === undefined
          ? Math.trunc((to - from) / milliseconds)
          : Math.trunc(wholeMonths(from, to) / months);
      return whole === 0 ? 0 : whole;
    },
  },
  {
    name: "format_date",
    signature: "format_date(date, pattern)",
    description: "The date in UTC, written with YYYY, MM, DD, HH, mm, ss and SSS.",
    example: "format_date('2026-01-31T08:05:00+02:00', 'DD.MM.YYYY HH:mm')",
    result: '"31.01.2026 06:05"',
    minArguments: 2,
    maxArguments: 2,
    gives: "clean",
    run: (value: JsonValue, pattern: JsonValue) => {
      if (value === null || pattern === null) return null;
      const iso = new Date(readDate("format_date", value).time).toISOString();
      return formatIso(iso, textArgument("format_date", pattern));
    },
  },
];

const dayMs = 86_400_000;

interface Unit {
  readonly milliseconds: number;
  /** Set where a unit is a number of months, whose length varies. */
  readonly months?: number;
}

const units = new Map<string, Unit>([
  ["milliseconds", { milliseconds: 1 }],
  ["seconds", { milliseconds: 1000 }],
  ["minutes", { milliseconds: 60_000 }],
  ["hours", { milliseconds: 3_600_000 }],
  ["days", { milliseconds: dayMs }],
  ["weeks", { milliseconds: 7 * dayMs }],
  ["months", { milliseconds: 0, months: 1 }],
  ["years", { milliseconds: 0, months: 12 }],
]);

function unitOf(name: string, value: JsonValue): Unit {
  const text = textArgument(name, value).slice(0, 20);
  const unit = units.get(text) ?? units.get(`${text}s`);
  if (unit !== undefined) return unit;
  throw failure(
    "EXPRESSION_FAILED",
    { reason: `"${name}" has no unit "${text}"` },
    { hint: nameHint(text, units.keys()) },
  );
}

const isoDate =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d:?\d\d)?)?$/;

/** Reads an ISO date. `isDay`: it has no time of day. */
function readDate(name: string, value: JsonValue): { time: number; isDay: boolean } {
  const text = textArgument(name, value);
  const parts = text.length > 40 ? null : isoDate.exec(text);
  if (parts !== null) {
    const [, year, month, day, hour, minute = "00", second = "00", fraction = "0", offset = "Z"] = parts;
    const milliseconds = fraction.padEnd(3, "0").slice(0, 3);
    const zone = offset.length === 5 ? `${offset.slice(0, 3)}:${offset.slice(3)}` : offset;
    const iso = `${year}-${month}-${day}T${hour ?? "00"}:${minute}:${second}.${milliseconds}${zone}`;
    const time = Date.parse(iso);
    if (!Number.isNaN(time) && Number(day) <= daysOf(Number(year), Number(month) - 1)) {
      return { time, isDay: hour === undefined };
    }
  }
  throw failure("EXPRESSION_FAILED", {
    reason: `"${name}" was given "${text.slice(0, 40)}", which is no ISO date`,
  });
}

function writeDate(name: string, time: number, asDay: boolean): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime()) || date.getUTCFullYear() > 9999 || date.getUTCFullYear() < 0) {
    throw failure("EXPRESSION_FAILED", { reason: `"${name}" left the years 0 to 9999` });
  }
  return asDay ? date.toISOString().slice(0, 10) : date.toISOString();
}

function addMonths(time: number, count: number): number {
  const date = new Date(time);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + count);
  date.setUTCDate(Math.min(day, daysOf(date.getUTCFullYear(), date.getUTCMonth())));
  return date.getTime();
}

/** The largest number of months, towards zero, that can be added to `from` without passing `to`. */
function wholeMonths(from: number, to: number): number {
  if (to < from) return -wholeMonths(to, from);
  const start = new Date(from);
  const end = new Date(to);
  const months =
    12 * (end.getUTCFullYear() - start.getUTCFullYear()) + end.getUTCMonth() - start.getUTCMonth();
  return addMonths(from, months) > to ? months - 1 : months;
}

function daysOf(year: number, month: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month + 1, 0);
  return date.getUTCDate();
}

function formatIso(iso: string, pattern: string): string {
  const fields: Record<string, string> = {
    YYYY: iso.slice(0, 4),
    MM: iso.slice(5, 7),
    DD: iso.slice(8, 10),
    HH: iso.slice(11, 13),
    mm: iso.slice(14, 16),
    ss: iso.slice(17, 19),
    SSS: iso.slice(20, 23),
  };
  return pattern.replace(/YYYY|MM|DD|HH|mm|SSS|ss/g, (field) => fields[field]!);
}
