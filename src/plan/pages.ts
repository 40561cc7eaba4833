import type { Endpoint, Paging } from "../config/model.js";
import type { Evaluate } from "../expression/expression.js";
import { isJsonList, isJsonObject, type JsonObject, type JsonValue } from "../expression/value.js";
import { failure } from "../problems/orchestrator-error.js";
import { PageCursor } from "./page-cursor.js";
import type { RawRequest, RequestValues } from "./request-values.js";

type ReadRequest = (raw: RawRequest) => RequestValues;

/** Reads requests of which the cursor, where one is sent, becomes the list of values that it stands for. */
export function pagedReader(read: ReadRequest, { id, paging }: Endpoint): ReadRequest {
  if (paging === undefined || paging.by === "offset") return read;
  const cursors = new PageCursor(id, paging.by);
  return (raw) => {
    const values = read(raw);
    const { cursor } = values.query_params;
    if (typeof cursor !== "string") return values;
    const after = cursors.read(cursor);
    if (after !== undefined) return { ...values, query_params: { ...values.query_params, cursor: after } };
    const violations = [{ pointer: "/query/cursor", message: "is not `next` of a page of this list" }];
    throw failure("REQUEST_INVALID", { count: 1 }, { violations });
  };
}

/** Leaves the page of what was read, and says in `$page` what leads to the next; then what is written is done. */
export function pageOf({ id, paging }: Endpoint, transform: Evaluate | undefined): Evaluate {
  const nextOf = nextFinder(id, paging!);
  return (scope) => {
    const rows = (scope["value"] ?? null) as JsonValue;
    if (!isJsonList(rows)) throw failure("PAGE_INVALID", { reason: "the step gives no list" });
    const asked = (scope["request"] as RequestValues).query_params;
    const size = asked["limit"] as number;
    const items = rows.length > size ? rows.slice(0, size) : rows;
    const next = rows.length > size ? nextOf(items, asked) : null;
    (scope["page"] as Record<string, JsonValue>)["next"] = next;
    return transform === undefined ? items : transform({ ...scope, value: items });
  };
}

type NextOf = (items: readonly JsonValue[], asked: JsonObject) => JsonValue;

function nextFinder(id: string, { by }: Paging): NextOf {
  if (by === "offset") return (items, asked) => (asked["offset"] as number) + items.length;
  const cursors = new PageCursor(id, by);
  return (items) => cursors.write(by.map((column) => sortValue(items.at(-1)!, column)));
}

/** Null would begin the list anew. */
function sortValue(row: JsonValue, column: string): JsonValue {
  const value = isJsonObject(row) && Object.hasOwn(row, column) ? (row[column] ?? null) : undefined;
  if (value !== undefined && value !== null) return value;
  const reason = value === null ? `"${column}" is null in a row` : `its rows have no "${column}"`;
  throw failure("PAGE_INVALID", { reason });
}
