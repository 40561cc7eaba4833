/** The milliseconds that a `Retry-After` asks to wait, from seconds or a date; `undefined` where it says neither. */
export function retryAfterMs(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined;
  const written = header.trim();
  if (/^\d{1,9}$/.test(written)) return Number(written) * 1_000;
  const date = Date.parse(written);
  return /[a-z]/i.test(written) && Number.isFinite(date) ? Math.max(0, date - nowMs) : undefined;
}
