import { mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { loadDriver, type SqliteConnection } from "../../../src/connections/sqlite/driver.js";
import { InlineReader } from "../../../src/connections/sqlite/inline-reader.js";
import type { SqliteStatement } from "../../../src/connections/sqlite/protocol.js";

let folder: string;
let path: string;
let writer: SqliteConnection;
let reader: InlineReader;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "inline-"));
  path = join(folder, "features.db");
  writer = filled(path, 1);
  reader = InlineReader.open(path);
});
afterEach(() => {
  reader.close();
  writer.close();
  rmSync(folder, { recursive: true });
});

function filled(file: string, value: number): SqliteConnection {
  const connection = new (loadDriver().DatabaseSync)(file, { readOnly: false, timeout: 0 });
  connection.exec(`CREATE TABLE numbers (value INTEGER); INSERT INTO numbers VALUES (${value})`);
  return connection;
}

function value(text: string): SqliteStatement {
  return { text, effect: "read", returns: "value", maxRows: 1, changesRows: false, insertsInto: undefined };
}

/** Other threads may have an older file for a while. */
async function settledVersion() {
  expect(reader.version()).toBeUndefined();
  await pause(300);
  return reader.version();
}

const sum = value("SELECT sum(value) + ifnull(?1, 0) FROM numbers");

test("reads what is there now, with the values that are passed", () => {
  expect(reader.read(sum, [10])).toBe(11);
  writer.exec("INSERT INTO numbers VALUES (5)");
  expect(reader.read(sum, [null])).toBe(6);
});

test("what another program has locked is left to others, and read here again afterwards", async () => {
  writer.exec("BEGIN EXCLUSIVE");
  expect(reader.read(sum, [0])).toBeUndefined();
  writer.exec("COMMIT");
  expect(reader.read(sum, [0])).toBeUndefined();
  await pause(150);
  expect(reader.read(sum, [0])).toBe(1);
});

test("what fails is left to others, who say why; another statement is not harmed", async () => {
  expect(reader.read(value("SELECT nothing FROM numbers"), [])).toBeUndefined();
  await pause(150);
  expect(reader.read(sum, [0])).toBe(1);
});

test("after two slow reads in a row others are asked for a while", async () => {
  const slow = value(
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000) SELECT count(*) FROM n",
  );
  expect(reader.read(slow, [])).toBe(300_000);
  expect(reader.read(sum, [0])).toBe(1);
  expect(reader.read(slow, [])).toBe(300_000);
  expect(reader.read(slow, [])).toBe(300_000);
  expect(reader.read(sum, [0])).toBeUndefined();
});

test("a file that is replaced is read anew", async () => {
  expect(reader.read(sum, [0])).toBe(1);
  const other = join(folder, "other.db");
  filled(other, 2).close();
  renameSync(other, path);
  await pause(300);
  expect(reader.read(sum, [0])).toBe(2);
});

test.each(["DELETE", "WAL"])(
  "the version is another one after each commit, and no other time: %s",
  async (mode) => {
    writer.exec(`PRAGMA journal_mode = ${mode}`);
    const first = await settledVersion();
    expect(first).toBeTypeOf("number");
    reader.read(sum, [0]);
    writer.exec("BEGIN; INSERT INTO numbers VALUES (2)");
    expect(reader.version()).toBe(first);
    writer.exec("COMMIT");
    const second = reader.version();
    expect(second).not.toBe(first);
    expect(reader.read(sum, [0])).toBe(3);
    expect(reader.version()).toBe(second);
    writer.exec("DROP TABLE numbers");
    expect(reader.version()).not.toBe(second);
  },
);

test("the version is another one once the file is replaced, and unknown while it is locked or gone", async () => {
  const first = await settledVersion();
  const other = join(folder, "other.db");
  filled(other, 2).close();
  renameSync(other, path);
  await pause(300);
  expect(await settledVersion()).not.toBe(first);
  rmSync(path);
  await pause(300);
  expect(reader.version()).toBeUndefined();
  const back = filled(path, 3);
  await pause(300);
  expect(await settledVersion()).toBeTypeOf("number");
  back.exec("BEGIN EXCLUSIVE");
  expect(reader.version()).toBeUndefined();
  back.close();
});

test("nothing is read once it is closed", () => {
  reader.close();
  expect(reader.version()).toBeUndefined();
  expect(reader.read(sum, [0])).toBeUndefined();
});
