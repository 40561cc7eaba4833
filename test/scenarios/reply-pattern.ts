import type { Reply, Request } from "./project.js";

/** What a page expects of a reply. */
export interface ReplyPattern {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** `GET /path`, headers, an empty line, the body. */
export function parseRequest(text: string): Request {
  const { first, headers, body } = parseMessage(text);
  const [method = "", target = ""] = first.split(" ");
  return { method, target, headers, ...(body !== "" && { body }) };
}

/** The status, the headers that matter, an empty line, the body. */
export function parseReplyPattern(text: string): ReplyPattern {
  const { first, headers, body } = parseMessage(text);
  return { status: Number.parseInt(first, 10), headers, body };
}

function parseMessage(text: string) {
  const end = text.indexOf("\n\n");
  const [first = "", ...lines] = (end === -1 ? text : text.slice(0, end)).split("\n");
  const headers: Record<string, string> = {};
  for (const line of lines.filter((each) => each.trim() !== "")) {
    const colon = line.indexOf(":");
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  return { first, headers, body: end === -1 ? "" : text.slice(end + 2).trim() };
}

export interface Comparable {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

/**
 * A reply and what is expected of it, as two values to compare. `…` stands for anything: as a whole value, as part of
 * a text, and, as `"…": "…"`, for further members of an object. The header value `(none)` means that it is not sent.
 */
export function comparable(reply: Reply, pattern: ReplyPattern): { found: Comparable; expected: Comparable } {
  const names = Object.keys(pattern.headers);
  const headers = Object.fromEntries(names.map((name) => [name, String(reply.headers[name] ?? "(none)")]));
  const found = { status: reply.status, headers, body: readBody(reply.body) };
  const wanted = { status: pattern.status, headers: pattern.headers, body: readBody(pattern.body) };
  return { found, expected: fill(wanted, found) as Comparable };
}

/** JSON as its value, everything else as text. */
function readBody(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** The pattern with what was found in the places of `…`, so that what is left to differ is a difference. */
export function fill(pattern: unknown, found: unknown): unknown {
  if (typeof pattern === "string") return matches(pattern, found) ? found : pattern;
  if (Array.isArray(pattern)) {
    return pattern.map((item, index) => fill(item, Array.isArray(found) ? found[index] : undefined));
  }
  if (typeof pattern !== "object" || pattern === null) return pattern;
  const members = isObject(found) ? found : {};
  const { "…": others, ...named } = pattern as Record<string, unknown>;
  const filled = Object.entries(named).map(([name, value]) => [name, fill(value, members[name])] as const);
  return { ...(others === undefined ? {} : members), ...Object.fromEntries(filled) };
}

function matches(pattern: string, found: unknown): boolean {
  if (pattern === "…") return found !== undefined;
  if (typeof found !== "string" || !pattern.includes("…")) return false;
  const parts = pattern.split("…").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`, "s").test(found);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
