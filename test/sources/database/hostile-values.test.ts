import { afterAll, beforeAll, expect, test } from "vitest";
import { openDatabase, type OpenedDatabase } from "./database-fixture.js";

const pieces = [
  "'",
  "''",
  '"',
  "`",
  "]",
  ";",
  "--",
  "/*",
  "*/",
  "\\",
  "\\'",
  "%",
  "_",
  ":a",
  "?1",
  "$1",
  "@a",
  "\n",
  "\r",
  "\t",
];
const attacks = [
  "' OR '1'='1",
  "'; DROP TABLE notes; --",
  "1; DELETE FROM notes",
  "' UNION SELECT name FROM sqlite_schema --",
  "x' || (SELECT count(*) FROM notes) || '",
  "\\'; DROP TABLE notes; --",
  "') ; ATTACH 'x' AS y; --",
  "${7*7}",
  "{{ $env.SECRET }}",
  "$request.body",
  "null",
  "true",
  "0x41",
  "1e999",
  "NaN",
  "[1,2]",
  '{"a":1}',
  "\u202e\u0000".slice(0, 1),
  "\ufeffabc",
  "😀\ud83d\ude00é",
  "é",
  "a".repeat(100_000),
  "",
  " ",
];

/** More than 200: each piece alone, each pair of them around a word, and attacks as people write them. */
const corpus = [
  ...pieces,
  ...pieces.flatMap((first) => pieces.slice(0, 10).map((second) => `${first}x${second}`)),
  ...attacks,
];

let database: OpenedDatabase;
beforeAll(async () => {
  database = await openDatabase({
    source: "connection_string: sqlite:///data/local.db\ninit_sql: schema.sql\n",
    files: { "schema.sql": "CREATE TABLE notes (id INTEGER PRIMARY KEY, note TEXT);" },
    operations: `
add: { query: "INSERT INTO notes (id, note) VALUES (:id, :note)", params: { note: { type: string } } }
get: { query: "SELECT note FROM notes WHERE id = :id AND note = :note", returns: value }
listed: { query: "SELECT id FROM notes WHERE note IN (:notes)" }
not_listed: { query: "SELECT count(*) FROM notes WHERE note NOT IN (:notes)", returns: value }
as_json: { query: "SELECT json_extract(:doc, '$.a')", params: { doc: { type: json } }, returns: value }
between: { query: "SELECT ':note' || /* :note */ :note || \\":id\\" FROM (SELECT 'z' AS \\":id\\") -- :note", returns: value }
count: { query: SELECT count(*) FROM notes, returns: value }
`,
  });
});
afterAll(() => database.close());

test("hostile texts are values in every position: they come back as they went in, and change nothing else", async () => {
  expect(corpus.length).toBeGreaterThan(200);
  await Promise.all(corpus.map((note, id) => database.run("add", { id, note })));
  for (const [id, note] of corpus.entries()) {
    const [stored, listed, asJson, between] = await Promise.all([
      database.run("get", { id, note }),
      database.run("listed", { notes: [note, "no such note"] }),
      database.run("as_json", { doc: { a: note } }),
      database.run("between", { note }),
    ]);
    expect(stored).toBe(note);
    expect(listed).toContainEqual({ id });
    expect(asJson).toBe(note);
    expect(between).toBe(`:note${note}z`);
  }
  expect(await database.run("not_listed", { notes: corpus })).toBe(0);
  expect(await database.run("count")).toBe(corpus.length);
});
