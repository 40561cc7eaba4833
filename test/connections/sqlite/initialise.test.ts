import { execFile } from "node:child_process";
import { existsSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { InitSettings } from "../../../src/connections/sqlite/protocol.js";
import { slowQuery } from "../../conformance/slow-query.js";
import { open, read, temporaryFolder, write, type OpenedSqlite } from "./sqlite-fixture.js";

let folder: ReturnType<typeof temporaryFolder>;
const opened: OpenedSqlite[] = [];
const path = () => join(folder.path, "data", "local.db");

beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map(({ database }) => database.close()));
  folder.remove();
});

async function opening(init?: InitSettings, more: Parameters<typeof open>[1] = {}): Promise<OpenedSqlite> {
  const each = await open(path(), { init, ...more });
  opened.push(each);
  return each;
}

function file(name: string, text: string) {
  writeFileSync(join(folder.path, name), text);
  return { path: join(folder.path, name), shown: name };
}

const script = (text: string): InitSettings => ({ scripts: [file("init.sql", text)], tables: [] });

function csv(schema: string, text: string): InitSettings {
  return { scripts: [file("init.sql", schema)], tables: [{ table: "t", ...file("t.csv", text) }] };
}

describe("the first filling", () => {
  test("makes the folder and the file, and runs once", async () => {
    const init = script("CREATE TABLE t (a); INSERT INTO t VALUES (1)");
    const first = await opening(init);
    await first.run(write("INSERT INTO t VALUES (2)"));
    await first.database.close();
    expect(await (await opening(init)).run(read("SELECT count(*) FROM t"))).toBe(2);
  });

  test("fills tables from CSV: the header names the columns, empty fields are null, the column converts", async () => {
    const { run } = await opening(
      csv(
        "CREATE TABLE t (id INTEGER, name TEXT, ratio REAL) STRICT",
        '\ufeffname,id,ratio\n"a, ""b""",1,2.5\n\n,2,\nlast,3,4\n',
      ),
    );
    expect(await run(read("SELECT * FROM t", { returns: "many" }))).toEqual([
      { id: 1, name: 'a, "b"', ratio: 2.5 },
      { id: 2, name: null, ratio: null },
      { id: 3, name: "last", ratio: 4 },
    ]);
  });

  test("loads 20,000 rows with their indexes and foreign keys in one go", async () => {
    const airports = Array.from({ length: 3_000 }, (_, each) => `A${each},Airport ${each}`);
    const flights = Array.from({ length: 20_000 }, (_, each) => `2001-01-01T00:00,${each},A${each % 3_000}`);
    const { run } = await opening({
      scripts: [
        file(
          "init.sql",
          `CREATE TABLE airports (iata TEXT PRIMARY KEY, name TEXT NOT NULL) STRICT, WITHOUT ROWID;
           CREATE TABLE flights (id INTEGER PRIMARY KEY, date TEXT NOT NULL, delay INTEGER NOT NULL,
             origin TEXT NOT NULL REFERENCES airports (iata)) STRICT;
           CREATE INDEX flights_by_origin ON flights (origin, date);`,
        ),
      ],
      tables: [
        { table: "airports", ...file("airports.csv", ["iata,name", ...airports].join("\n")) },
        { table: "flights", ...file("flights.csv", ["date,delay,origin", ...flights].join("\n")) },
      ],
    });
    expect(await run(read("SELECT count(*) || ' ' || sum(delay) FROM flights"))).toBe("20000 199990000");
  });

  test.each<[string, () => InitSettings, object]>([
    [
      "a broken statement",
      () => script("CREATE TABLE t (a);\n\nCREATE TABLX u (a);"),
      { file: "init.sql", line: 3 },
    ],
    [
      "a broken constraint",
      () => script("CREATE TABLE t (a UNIQUE);\nINSERT INTO t VALUES (1), (1)"),
      { line: 2 },
    ],
    ["a column that is not there", () => csv("CREATE TABLE t (a)", "a,b\n1,2"), { file: "t.csv", line: 1 }],
    [
      "a row that is too short",
      () => csv("CREATE TABLE t (a, b)", "a,b\n1,2\n3"),
      { file: "t.csv", line: 3 },
    ],
    ["a value that does not fit", () => csv("CREATE TABLE t (a INTEGER) STRICT", "a\n1\nx"), { line: 3 }],
    ["an empty file", () => csv("CREATE TABLE t (a)", ""), { file: "t.csv", line: 1 }],
    ["a transaction in the script", () => script("CREATE TABLE t (a);\nBEGIN;"), { line: 2 }],
  ])("%s is an error that names its place, and nothing is kept", async (_, init, place) => {
    const error = await opening(init()).catch((each: unknown) => each);
    expect(error).toMatchObject({ code: "DATABASE_INIT_FAILED" });
    const { file: name, line } = { file: "init.sql", ...place } as { file: string; line: number };
    if (!("file" in place)) expect((error as Error).message).toContain(`line ${line}: `);
    else expect((error as Error).message).toContain(`"${name}", line ${line}: `);
    const { run } = await opening();
    expect(await run(read("SELECT count(*) FROM sqlite_schema"))).toBe(0);
  });

  test("happens once when processes start at the same time", async () => {
    const init = file(
      "init.sql",
      `CREATE TABLE t (a); INSERT INTO t VALUES (1); CREATE TABLE u AS ${slowQuery.replace("3000000", "500000")};`,
    );
    const processes = Array.from({ length: 3 }, () => openInProcess(init.path));
    const outputs = await Promise.all(processes);
    expect(outputs).toEqual(Array(3).fill({ stdout: "1\n", stderr: "" }));
  });
});

describe("a file that cannot be used", () => {
  const unreachable = { kind: "unreachable", wasSent: false };

  test("that is no database: every call says so, and the file stays as it is", async () => {
    const text = "not a database at all ".repeat(100);
    writeFileSync(join(folder.path, "local.db"), text);
    const { database, run, log } = await open(join(folder.path, "local.db"));
    await expect(run(read("SELECT 1"))).rejects.toMatchObject(unreachable);
    await expect(run(write("CREATE TABLE t (a)"))).rejects.toMatchObject(unreachable);
    await expect(database.probe()).rejects.toMatchObject({ code: "SOURCE_UNREACHABLE" });
    expect(log).toEqual([expect.stringContaining("file is not a database")]);
    await database.close();
  });

  test("whose folder cannot be made: calls fail until it can be", async () => {
    writeFileSync(join(folder.path, "data"), "a file in the way");
    const { run } = await opening(script("CREATE TABLE t (a)"));
    await expect(run(write("INSERT INTO t VALUES (1)"))).rejects.toMatchObject(unreachable);
    await expect(run(read("SELECT 1"))).rejects.toMatchObject(unreachable);
    rmSync(join(folder.path, "data"));
    expect(await run(write("INSERT INTO t VALUES (1)"))).toMatchObject({ affected_rows: 1 });
    expect(await run(read("SELECT count(*) FROM t"))).toBe(1);
  });

  test("that is deleted while the source runs: nothing is written into the void", async () => {
    const { run } = await opening(script("CREATE TABLE t (a)"));
    await run(write("INSERT INTO t VALUES (1)"));
    expect(await run(read("SELECT count(*) FROM t"))).toBe(1);
    for (const end of ["", "-wal", "-shm"]) rmSync(path() + end, { force: true });
    await expect(run(write("INSERT INTO t VALUES (2)"))).rejects.toMatchObject(unreachable);
    await pause(300);
    await expect(run(read("SELECT count(*) FROM t"))).rejects.toMatchObject(unreachable);
    expect(existsSync(path())).toBe(false);
  });

  test("that is replaced while the source runs: the new one is used", async () => {
    const { run } = await opening(script("CREATE TABLE t (a)"));
    expect(await run(read("SELECT count(*) FROM t"))).toBe(0);
    const other = await open(join(folder.path, "other.db"));
    await other.run(write("CREATE TABLE t (a)"));
    await other.run(write("INSERT INTO t VALUES (1)"));
    await other.database.close();
    for (const end of ["-wal", "-shm"]) rmSync(path() + end, { force: true });
    renameSync(join(folder.path, "other.db"), path());
    await pause(300);
    expect(await run(read("SELECT count(*) FROM t"))).toBe(1);
    await run(write("INSERT INTO t VALUES (2)"));
    expect(await run(read("SELECT count(*) FROM t"))).toBe(2);
  });

  test("that another process has locked: a write waits, then the source is busy", async () => {
    const { run } = await opening(script("CREATE TABLE t (a)"), { poolTimeoutMs: 100 });
    const other = await open(path(), { poolTimeoutMs: 100 });
    const holding = other.run(write(`INSERT INTO t SELECT n FROM (${slowQuery})`));
    await pause(50);
    await expect(run(write("INSERT INTO t VALUES (1)"))).rejects.toMatchObject({
      kind: "busy",
      wasSent: false,
    });
    expect(await run(read("SELECT count(*) FROM t"))).toBe(0);
    await holding;
    await other.database.close();
  });
});

test("a process whose query still runs ends by itself after `close`", async () => {
  const init = file("init.sql", "CREATE TABLE t (a)");
  const { stdout } = await openInProcess(init.path, slowQuery.replace("3000000", "9000000"));
  expect(stdout).toBe("cancelled\n");
});

function openInProcess(init: string, ...query: readonly string[]) {
  const program = fileURLToPath(new URL("open-and-count.mjs", import.meta.url));
  return promisify(execFile)(process.execPath, [program, path(), init, ...query]);
}
