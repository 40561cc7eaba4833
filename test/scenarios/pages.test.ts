import { expect, test } from "vitest";
import { check } from "../config/check/checking.js";
import { startProject } from "./project.js";

const database = `database:
  sources: { default: { connection_string: "sqlite:///data/shop.db", init_sql: data/schema.sql } }
  operations:
    by_offset:
      query: SELECT id, total FROM orders WHERE total >= :least ORDER BY id LIMIT :limit OFFSET :offset
      params: { least: { type: integer }, limit: { type: integer }, offset: { type: integer } }
    by_date:
      query: |
        SELECT id, placed_on, total FROM orders
        WHERE :after_id IS NULL OR (placed_on, id) < (:after_placed_on, :after_id)
        ORDER BY placed_on DESC, id DESC LIMIT :limit
      params:
        limit: { type: integer }
        after_placed_on: { type: date, required: false }
        after_id: { type: integer, required: false }
    by_note:
      query: |
        SELECT id, note FROM orders WHERE :after_note IS NULL OR note > :after_note ORDER BY id LIMIT :limit
      params: { limit: { type: integer }, after_note: { type: string, required: false } }
    by_absent:
      query: SELECT id FROM orders WHERE :after_note IS NULL OR note > :after_note ORDER BY id LIMIT :limit
      params: { limit: { type: integer }, after_note: { type: string, required: false } }
    as_value:
      query: SELECT count(*) FROM orders LIMIT :limit OFFSET :offset
      returns: value
    needs:
      query: SELECT id FROM orders WHERE total > :after_total LIMIT :limit
    remove: { query: "DELETE FROM orders WHERE id = :id", params: { id: { type: integer } } }
`;

const step = (operation: string, params = "") => `data_sources:
      - { name: orders, type: database, operation: ${operation}${params} }`;

const domain = `endpoints:
  offset:
    path: /offset
    request: { query_params: { least: { type: integer, default: 0 } } }
    paging: { limit: { default: 3, max: 5 } }
    ${step("by_offset", ", params: { least: $request.least }")}
  date:
    path: /date
    paging: { limit: { default: 4 }, by: [placed_on, id] }
    ${step("by_date")}
  other:
    path: /other
    paging: { by: [placed_on, id] }
    ${step("by_date")}
  mapped:
    path: /mapped
    paging: { limit: { default: 2 }, by: [placed_on, id] }
    ${step("by_date", ", transform: $value.map(each => each.id)")}
    response_mapping: { ids: $orders, more: $page.next != null }
    response_headers: { X-Next: $page.next }
  note:
    path: /note
    paging: { limit: { default: 2 }, by: [note] }
    ${step("by_note")}
  absent:
    path: /absent
    paging: { limit: { default: 2 }, by: [note] }
    ${step("by_absent")}
  value:
    path: /value
    paging: {}
    ${step("as_value")}
  remove:
    path: /orders/{id}
    method: DELETE
    request: { path_params: { id: { type: integer } } }
    ${step("remove", ", params: { id: $request.id }")}
    response_mapping: { id: $request.id }
`;

const rows = Array.from({ length: 11 }, (_, index) => {
  const id = index + 1;
  return `(${id}, '2026-01-${String(1 + (id % 3)).padStart(2, "0")}', ${id}, ${id === 2 ? "NULL" : `'${id}'`})`;
});
const schema = `CREATE TABLE orders (id INTEGER PRIMARY KEY, placed_on DATE NOT NULL, total INTEGER, note TEXT);
INSERT INTO orders VALUES ${rows.join(", ")};`;

interface Page {
  readonly items: readonly { readonly id: number }[];
  readonly next: string | number | null;
}

async function start() {
  const project = await startProject({
    "config/database.yaml": database,
    "config/domains/shop.yaml": domain,
    "data/schema.sql": schema,
  });
  const send = async (target: string, method = "GET") => {
    const { status, body, headers } = await project.send({ method, target: `/orchestrator${target}` });
    return { status, headers, json: JSON.parse(body) as Page & Record<string, unknown> };
  };
  const description = async () =>
    JSON.parse((await project.send({ target: "/openapi.json" })).body) as unknown;
  return { send, description, page: async (target: string): Promise<Page> => (await send(target)).json };
}

const idsOf = ({ items }: Page) => items.map(({ id }) => id);

test("by offset: pages follow each other, and the last one says so", async () => {
  const { page } = await start();
  const first = await page("/offset?least=2");
  expect([idsOf(first), first.next]).toEqual([[2, 3, 4], 3]);
  const second = await page(`/offset?least=2&limit=5&offset=${first.next}`);
  expect([idsOf(second), second.next]).toEqual([[5, 6, 7, 8, 9], 8]);
  const last = await page("/offset?least=2&limit=2&offset=8");
  expect([idsOf(last), last.next]).toEqual([[10, 11], null]);
  expect(await page("/offset?offset=100")).toEqual({ items: [], next: null });
});

test.each(["limit=6", "limit=0", "limit=x", "offset=-1"])(
  "by offset: %s is the caller's fault",
  async (query) => {
    const { send } = await start();
    const { status, json } = await send(`/offset?${query}`);
    expect(status).toBe(400);
    expect(json["errors"]).toMatchObject([{ pointer: `/query/${query.split("=")[0]}` }]);
  },
);

test("by columns: every item once, also when rows before the page vanish meanwhile", async () => {
  const { page, send } = await start();
  const seen: number[] = [];
  let next: Page["next"] = "";
  for (let count = 0; next !== null; count++) {
    const found: Page = await page(`/date${next === "" ? "" : `?cursor=${next}`}`);
    seen.push(...idsOf(found));
    next = found.next;
    if (count === 0) expect((await send(`/orders/${seen[0]}`, "DELETE")).status).toBe(200);
  }
  expect(seen).toEqual([11, 8, 5, 2, 10, 7, 4, 1, 9, 6, 3]);
});

test("a cursor that was changed, is none, or is of another list is the caller's fault", async () => {
  const { page, send } = await start();
  const cursor = String((await page("/date")).next);
  const values = JSON.parse(Buffer.from(cursor, "base64url").toString()) as unknown[];
  const written = (parts: unknown) => Buffer.from(JSON.stringify(parts)).toString("base64url");
  const wrong = [
    `/other?cursor=${cursor}`,
    "/date?cursor=nonsense",
    "/date?cursor=",
    `/date?cursor=${written([...values.slice(0, -1), 999])}`,
    `/date?cursor=${written(values.slice(1))}`,
    `/date?cursor=${written({ a: 1 })}`,
  ];
  for (const target of wrong) {
    const { status, json } = await send(target);
    expect([target, status]).toEqual([target, 400]);
    expect(json["errors"]).toEqual([
      { pointer: "/query/cursor", detail: "is not `next` of a page of this list" },
    ]);
  }
});

test("`response_mapping` and headers say `$page.next`; `transform` sees the page", async () => {
  const { send } = await start();
  const first = await send("/mapped");
  expect(first.json).toEqual({ ids: [11, 8], more: true });
  const second = await send(`/mapped?limit=100&cursor=${String(first.headers["x-next"])}`);
  expect(second.json).toEqual({ ids: [5, 2, 10, 7, 4, 1, 9, 6, 3], more: false });
  expect(second.headers["x-next"]).toBeUndefined();
});

test.each(["/note", "/absent", "/value"])(
  "%s: what cannot be paged is a fault of the configuration",
  async (path) => {
    const { send } = await start();
    const { status, json } = await send(path);
    expect([status, json["code"]]).toEqual([500, "PAGE_INVALID"]);
  },
);

test("the API description has the parameters and the form of a page", async () => {
  const { description } = await start();
  const paths = ((await description()) as { paths: Record<string, { get: Record<string, unknown> }> }).paths;
  expect(paths["/orchestrator/offset"]!.get["parameters"]).toMatchObject([
    { name: "limit", in: "query", schema: { type: "integer", minimum: 1, maximum: 5, default: 3 } },
    { name: "offset", in: "query", schema: { type: "integer", minimum: 0, default: 0 } },
    { name: "least" },
  ]);
  const { get } = paths["/orchestrator/date"]!;
  expect(get["parameters"]).toMatchObject([
    { name: "limit" },
    { name: "cursor", schema: { type: "string" } },
  ]);
  expect(JSON.stringify(get["responses"])).toContain('"required":["items","next"]');
});

const problems = (endpoint: string) =>
  check({
    "config/database.yaml": database.replace(", init_sql: data/schema.sql", ""),
    "config/domains/shop.yaml": `endpoints:\n  it:\n    ${endpoint}\n`,
  }).problems.map(({ message }) => message);

test.each([
  [
    "no step to page",
    `paging: {}\n    data_sources: []\n    response_mapping: 1`,
    "It is not clear which step gives the list.",
  ],
  [
    "a default beyond the bound",
    `paging: { limit: { default: 9, max: 5 } }\n    ${step("as_value")}`,
    "more than its `max`",
  ],
  [
    "an own parameter",
    `paging: {}\n    request: { query_params: { limit: {} } }\n    ${step("as_value")}`,
    'declares the query parameter "limit" itself',
  ],
  [
    "an own parameter of the step",
    `paging: {}\n    ${step("as_value", ", params: { limit: 1 }")}`,
    'gives the parameter "limit" itself',
  ],
  ["a write", `paging: {}\n    ${step("remove", ", params: { id: 1 }")}`, "does not read one list"],
  ["items", `paging: {}\n    ${step("as_value", ", for_each: '{{ [1] }}'")}`, "does not read one list"],
  [
    "a query without the parameter",
    `paging: { by: [id] }\n    ${step("by_absent")}`,
    'has no parameter "after_id"',
  ],
  [
    "a column that is required",
    `paging: { by: [total] }\n    ${step("needs")}`,
    "is null for the first page",
  ],
  ["another field of `$page`", `paging: {}\n    ${step("as_value")}\n    response_mapping: $page.nxt`, "nxt"],
  [
    "`$page` without paging",
    `${step("as_value", ", params: { limit: 1, offset: 0 }")}\n    response_mapping: [$orders, $page.next]`,
    "page",
  ],
])("%s is a problem of `check`", (_, endpoint, message) => {
  expect(problems(endpoint).join("\n")).toContain(message);
});
