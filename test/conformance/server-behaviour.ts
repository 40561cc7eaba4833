import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Source, Transaction } from "../../src/contracts/source.js";
import { domainOfTable } from "../../src/cli/database-import/domain-of-table.js";
import { cuttingProxy } from "../servers/cutting-proxy.js";
import type { DatabaseServer } from "../servers/database-server.js";
import { openDatabase, type OpenedDatabase } from "../sources/database/database-fixture.js";
import { callContext, callSource, watchCall } from "./call-source.js";
import { errorOf } from "./source-conformance.js";

/** The words of one kind of server. */
export interface ServerWords {
  /** A query that takes this many seconds. */
  readonly sleep: (seconds: number) => string;
  /** Rows for what sleeps at the moment. */
  readonly sleeping: string;
  /** Rows for the connections of the product. */
  readonly connected: string;
}

/** What a database on a server promises beyond its answers: it stops, it refuses, it heals. */
export function serverBehaviour(
  dialect: string,
  words: ServerWords,
  writingFunction: string,
  server: () => DatabaseServer,
): void {
  const operations = `
one: { query: SELECT 1 AS one, returns: value }
sleep: { query: "${words.sleep(30)}", returns: value }
sleep_a_little: { query: "${words.sleep(0.2)}", returns: value }
write_slowly: { query: "INSERT INTO notes (id, body) SELECT 99, 'late' FROM (${words.sleep(30)} AS s) AS x" }
count: { query: SELECT count(*) AS n FROM notes, returns: value }
add: { query: "INSERT INTO notes (id, body) VALUES (:id, :body)", params: { id: { type: integer }, body: { type: string } } }
note: { query: "SELECT body FROM notes WHERE body = :body", params: { body: { type: string } }, returns: one }
notes_in: { query: "SELECT body FROM notes WHERE body IN (:bodies) ORDER BY id", params: { bodies: { type: string } } }
untyped: { query: "SELECT body FROM notes WHERE body = :body", returns: one }
write_in_a_read: { query: "WITH x AS (SELECT 1 AS one) SELECT make_note(x.one) AS v FROM x", returns: value }
change: { query: "UPDATE notes SET body = 'changed' WHERE id = :id", params: { id: { type: integer } } }
many: { query: "SELECT a.body FROM notes a, notes b, notes c", max_rows: 3 }
`;

  describe(`${dialect}: a server`, () => {
    const open = (keys = "") => openDatabase({ source: server().source("behaviour", keys), operations });
    const sleeping = async () => (await server().admin("behaviour", words.sleeping)).length;
    const connected = async () => (await server().admin("behaviour", words.connected)).length;
    let database: OpenedDatabase;
    beforeAll(async () => {
      await server().createDatabase("behaviour");
      await server().admin(
        "behaviour",
        "CREATE TABLE notes (id INTEGER PRIMARY KEY, body VARCHAR(2000))",
        writingFunction,
      );
      database = await open("pool_size: 2\npool_timeout: 300ms\n");
    });
    afterAll(() => database.close());

    test("a query that nobody waits for any more is soon gone from the server", async () => {
      const call = watchCall(database.source, { call: database.call("sleep"), parameters: {} });
      await expect.poll(sleeping).toBe(1);
      call.cancel();
      await expect.poll(sleeping, { timeout: 2_000 }).toBe(0);
      expect(await database.run("one")).toBe(1);
      expect(call.told).toEqual([]);
    });

    test("a write that is given up ends in the server too, and has not happened", async () => {
      const call = watchCall(database.source, { call: database.call("write_slowly"), parameters: {} });
      await expect.poll(sleeping).toBe(1);
      call.cancel();
      await expect.poll(sleeping, { timeout: 2_000 }).toBe(0);
      expect(await database.run("count")).toBe(0);
    });

    test("a stop never hits the query that comes next on its connection", async () => {
      const narrow = await open("pool_size: 1\npool_timeout: 10s\n");
      for (let round = 0; round < 21; round++) {
        const given = watchCall(narrow.source, {
          call: narrow.call(round % 3 === 0 ? "sleep" : "one"),
          parameters: {},
        });
        await new Promise((resolve) => setTimeout(resolve, round % 7));
        given.cancel();
        expect(await narrow.run("sleep_a_little").then(() => "answered")).toBe("answered");
      }
      await narrow.close();
    });

    test("the server itself gives up a query some time after its deadline", async () => {
      const lone = await open();
      const call = watchCall(lone.source, { call: lone.call("sleep"), parameters: {} }, callContext(500));
      const told = await call.ended;
      expect(told).toMatchObject({ kind: "error", error: { code: "SOURCE_TIMED_OUT" } });
      await lone.close();
    });

    test("a full pool is SOURCE_BUSY after `pool_timeout`, and nothing was sent", async () => {
      const slow = [1, 2].map(() =>
        watchCall(database.source, { call: database.call("sleep"), parameters: {} }),
      );
      await expect.poll(sleeping).toBe(2);
      const error = await errorOf(database.run("one"));
      expect([error.code, error.problem.wasSent]).toEqual(["SOURCE_BUSY", false]);
      expect(await database.run("add", { id: 1, body: "a write has connections of its own" })).toMatchObject({
        affected_rows: 1,
      });
      for (const call of slow) call.cancel();
      await expect.poll(() => database.run("one").catch(() => 0)).toBe(1);
    });

    test("a read that writes by way of a function fails with QUERY_READ_ONLY", async () => {
      expect((await errorOf(database.run("write_in_a_read"))).code).toBe("QUERY_READ_ONLY");
    });

    test("rows beyond `max_rows` are not kept, and the query is stopped", async () => {
      for (let id = 200; id < 230; id++) await database.run("add", { id, body: `row ${id}` });
      expect((await errorOf(database.run("many"))).code).toBe("TOO_MANY_ROWS");
      expect(await database.run("one")).toBe(1);
    });

    test("hostile texts are stored and compared as text, in every place of a parameter", async () => {
      const texts = hostileTexts();
      expect(texts.length).toBeGreaterThanOrEqual(200);
      const before = Number(await database.run("count"));
      for (const [index, body] of texts.entries()) {
        await database.run("add", { id: 1_000 + index, body });
        expect(await database.run("note", { body })).toEqual({ body });
        expect(await database.run("untyped", { body })).toEqual({ body });
        expect(await database.run("notes_in", { bodies: [body, "not there"] })).toEqual([{ body }]);
      }
      expect(await database.run("notes_in", { bodies: texts })).toHaveLength(texts.length);
      expect(Number(await database.run("count"))).toBe(before + texts.length);
    });

    test("queries are looked at and not run: columns, or what is wrong and where", async () => {
      const described = await openDatabase({
        source: server().source("behaviour"),
        operations: `
good: { query: "SELECT id, body AS text FROM notes WHERE id = :id AND body IN (:bodies)", returns: one }
column: { query: "SELECT bdoy FROM notes WHERE id = :id" }
table: { query: "SELECT body FROM ntoes WHERE id = :id" }
syntax: { query: "SELECT id FORM notes WHERE id = :id" }
write: { query: "DELETE FROM notes" }
`,
      });
      const calls = ["good", "column", "table", "syntax", "write"].map((name) => described.call(name));
      const [good, ...rest] = await (described.source as Required<Source>).describe(calls);
      await described.close();
      expect(good).toMatchObject({
        problems: [],
        shape: {
          properties: { id: { type: ["integer", "null"] }, text: { type: ["string", "null"] } },
          additionalProperties: false,
        },
      });
      expect(
        rest.map(({ problems }) => problems.map((each) => `${each.code} ${each.location?.line}`)),
      ).toEqual([["QUERY_REFUSED 3"], ["QUERY_REFUSED 4"], ["QUERY_REFUSED 5"], []]);
      expect(rest.slice(0, 2).map(({ problems }) => problems[0]!.location?.column)).toEqual([26, 35]);
    });

    test("what `import database` writes for its tables is taken by the database", async () => {
      await server().admin(
        "behaviour",
        "CREATE TABLE imported (a INTEGER, b DATE, c VARCHAR(9) NOT NULL, d TIMESTAMP DEFAULT CURRENT_TIMESTAMP, PRIMARY KEY (a, b))",
      );
      const tables = await (database.source as Required<Source>).tables();
      const table = tables.find(({ name }) => name === "imported")!;
      expect(table.columns.map(({ type, isKey, hasDefault }) => [type, isKey, hasDefault])).toEqual([
        ["integer", true, false],
        ["date", true, false],
        ["string", false, false],
        ["timestamp", false, true],
      ]);
      const written = domainOfTable(table, "default");
      const imported = await openDatabase({
        source: server().source("behaviour"),
        operations: JSON.stringify(Object.fromEntries(written.operations)),
      });
      const calls = [...written.operations.keys()].map((name) => imported.call(name));
      const described = await (imported.source as Required<Source>).describe(calls);
      expect(described.flatMap(({ problems }) => problems)).toEqual([]);
      const row = { a: 1, b: "2026-01-31", c: "x" };
      await imported.run("create_imported", row);
      expect(await imported.run("list_imported", { limit: 5, offset: 0, c: "x" })).toMatchObject([row]);
      expect(await imported.run("list_imported", { limit: 5, offset: 0, a: 2 })).toEqual([]);
      await imported.close();
    });

    test("a COMMIT whose answer is lost is COMMIT_OUTCOME_UNKNOWN", async () => {
      const source = server().source("behaviour");
      const proxy = await cuttingProxy(Number(/:(\d+)\//.exec(source)![1]));
      const cut = await openDatabase({ source: source.replace(/:\d+\//, `:${proxy.port}/`), operations });
      const transaction = await (cut.source as Required<Source>).begin({
        deadlineMs: performance.now() + 5_000,
      });
      await new Promise((resolve, reject) => {
        transaction.start(cut.call("add"), { id: 5_000, body: "committed" }, callContext(), {
          succeed: resolve,
          fail: reject,
        });
      });
      proxy.cutAfter("COMMIT");
      const error = await errorOf(transaction.commit());
      expect([error.code, error.problem.wasSent]).toEqual(["COMMIT_OUTCOME_UNKNOWN", undefined]);
      await transaction.rollback();
      await cut.close();
      await proxy.close();
    });

    test("two transactions that wait for each other: one is TRANSACTION_CONFLICT, the other goes on", async () => {
      await database.run("add", { id: 6_000, body: "a" });
      await database.run("add", { id: 6_001, body: "b" });
      const begin = () =>
        (database.source as Required<Source>).begin({ deadlineMs: performance.now() + 10_000 });
      const [one, two] = [await begin(), await begin()];
      const change = (transaction: Transaction, id: number) =>
        new Promise<string>((resolve) => {
          transaction.start(database.call("change"), { id }, callContext(), {
            succeed: () => resolve("changed"),
            fail: ({ code }) => resolve(code),
          });
        });
      expect(await Promise.all([change(one, 6_000), change(two, 6_001)])).toEqual(["changed", "changed"]);
      const crossed = await Promise.all([
        change(one, 6_001).then((outcome) =>
          outcome === "changed" ? outcome : one.rollback().then(() => outcome),
        ),
        change(two, 6_000).then((outcome) =>
          outcome === "changed" ? outcome : two.rollback().then(() => outcome),
        ),
      ]);
      expect(crossed.toSorted()).toEqual(["TRANSACTION_CONFLICT", "changed"]);
      await Promise.all([one.rollback(), two.rollback()]);
    });

    test("connections are kept for `idle_timeout` and then closed", async () => {
      const brief = await open("idle_timeout: 200ms\napplication_name: brief\n");
      const before = await connected();
      await Promise.all(Array.from({ length: 5 }, () => brief.run("sleep_a_little")));
      expect(await connected()).toBe(before + 5);
      await expect.poll(connected, { timeout: 3_000 }).toBe(before);
      await brief.close();
    });

    test("killed under load, it fails clearly, and is back without a restart; no connection leaks", async () => {
      const busy = await open("pool_size: 4\npool_timeout: 500ms\n");
      await busy.run("one");
      const codes = new Map<string, number>();
      let isOver = false;
      const load = Array.from({ length: 8 }, async () => {
        while (!isOver) {
          const beganMs = performance.now();
          const outcome = await callSource(busy.source, {
            call: busy.call("sleep_a_little"),
            parameters: {},
          }).then(
            () => "answered",
            ({ code }: { code: string }) => code,
          );
          codes.set(outcome, (codes.get(outcome) ?? 0) + 1);
          expect(performance.now() - beganMs).toBeLessThan(3_000);
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
      });
      await new Promise((resolve) => setTimeout(resolve, 300));
      await server().kill();
      await new Promise((resolve) => setTimeout(resolve, 800));
      const whileDown = await errorOf(busy.run("one"));
      expect([whileDown.code, whileDown.problem.wasSent]).toEqual(["SOURCE_UNREACHABLE", false]);
      await server().restart();
      await expect.poll(() => busy.run("one").catch(() => 0), { timeout: 10_000 }).toBe(1);
      isOver = true;
      await Promise.all(load);
      const allowed = ["answered", "SOURCE_UNREACHABLE", "SOURCE_CONNECTION_LOST", "SOURCE_BUSY"];
      expect([...codes.keys()].filter((code) => !allowed.includes(code))).toEqual([]);
      expect(codes.get("SOURCE_CONNECTION_LOST")).toBeGreaterThan(0);
      expect(await connected()).toBeLessThanOrEqual(4 + 1);
      await busy.close();
      await expect.poll(connected).toBe(0);
    }, 40_000);
  });
}

/** Texts that would do harm anywhere but in a bound value. */
function hostileTexts(): readonly string[] {
  const endings = [
    "'",
    '"',
    "`",
    "\\'",
    "''",
    "$$",
    "$1",
    "?",
    ":x",
    "\\",
    "\\\\'",
    "%",
    "_",
    "]",
    ")",
    ");",
    "*/",
    "/*",
    "--",
    "#",
    ";",
  ];
  const bodies = [
    " OR 1=1",
    "; DROP TABLE notes; --",
    " UNION SELECT body FROM notes --",
    "; UPDATE notes SET body = 'gone'; #",
    "/**/OR/**/1=1",
    "||(SELECT version())||",
    " AND SLEEP(5)",
    "\n; DELETE FROM notes",
    "{1,2}",
    '{"a":"b"}',
  ];
  const odd = [
    "é",
    "\u{1F600}",
    "\u0001",
    "\u2028",
    "{}",
    '{"x',
    "NULL",
    "null",
    "true",
    "1e999",
    "\t",
    "  x  ",
  ];
  return [...new Set([...endings.flatMap((ending) => bodies.map((body) => ending + body)), ...odd])].map(
    (text, index) => `${text} ${index}`,
  );
}
