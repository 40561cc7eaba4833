import { failure } from "../../problems/orchestrator-error.js";

/** The path of a request's target, without its query. */
export function pathOf(url: string): string {
  const query = url.indexOf("?");
  const path = query === -1 ? url : url.slice(0, query);
  const fragment = path.indexOf("#");
  return fragment === -1 ? path : path.slice(0, fragment);
}

/**
 * Refuses a request target whose percent encoding is broken in its query, or that has a NUL in it: databases and
 * file systems end texts there. Throws REQUEST_MALFORMED. The router has already checked the path.
 */
export function checkTarget(url: string): void {
  if (url.indexOf("%") === -1) return;
  if (url.includes("%00"))
    throw failure("REQUEST_MALFORMED", { reason: "its path or query has a NUL in it" });
  const start = url.indexOf("?");
  if (start === -1) return;
  try {
    decodeURIComponent(url.slice(start + 1));
  } catch (cause) {
    throw failure("REQUEST_MALFORMED", { reason: "its query is not well formed" }, { cause });
  }
}

/** A request id that a caller gave, where it is a sane one: 1 to 128 visible ASCII characters. */
export function saneRequestId(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === "string" && /^[\x21-\x7e]{1,128}$/.test(header) ? header : undefined;
}
