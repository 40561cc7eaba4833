import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadDriver } from "../../../src/connections/sqlite/driver.js";
import { nodeHost } from "../../../src/host/node-host.js";
import type { OnlineStore, StoreRead } from "../../../src/sources/feast/online/online-store.js";
import { openSqliteStore } from "../../../src/sources/feast/online/sqlite-store.js";
import type { Cells } from "../../../src/sources/feast/online/stored-cells.js";

let folder: string;
let store: OnlineStore;
const many = Array.from({ length: 40 }, (_, index) => `f${String(index).padStart(2, "0")}`);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "feast-sqlite-"));
  const path = join(folder, "online.db");
  const { DatabaseSync } = await loadDriver();
  const database = new DatabaseSync(path, { readOnly: false, timeout: 0 });
  const insert = (key: number, feature: string, value: string | null, time: string | null) => {
    const stored = value === null ? "NULL" : `x'${Buffer.from(value).toString("hex")}'`;
    database.exec(
      `INSERT INTO shop_view VALUES (x'0${key}', '${feature}', ${stored}, ${time === null ? "NULL" : `'${time}'`})`,
    );
  };
  database.exec(`CREATE TABLE shop_view (entity_key BLOB, feature_name TEXT, value BLOB, event_ts TEXT,
    PRIMARY KEY (entity_key, feature_name))`);
  insert(1, "a", "one, with\nends", "2024-01-01 00:00:00");
  insert(1, "b", "left over", "2024-01-02 00:00:00");
  insert(1, "c", "three", "2024-01-03 00:00:00");
  insert(2, "b", "left over", "2024-01-02 00:00:00");
  insert(3, "d", "other", "2024-01-04 00:00:00");
  insert(4, "a", null, "2024-01-01 00:00:00");
  insert(5, "c", "", null);
  for (const name of many) insert(6, name, `of ${name}`, "2024-01-06 00:00:00");
  database.close();
  store = await openSqliteStore({ path, project: "shop", clock: nodeHost({}).clock, log: () => undefined });
});
afterAll(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

async function read(keys: readonly number[], features: readonly string[], allFeatures = features) {
  const prepared = store.prepare([{ name: "view", features, allFeatures, group: 0 }]);
  const cells = await cellsOf(prepared, keys);
  return shown(cells, keys.length, features.length);
}

function cellsOf(prepared: StoreRead, keys: readonly number[]) {
  return new Promise<Cells>((resolve, reject) =>
    prepared.read([keys.map((key) => Buffer.from([key]))], {
      succeed: ([cells]) => resolve(cells!),
      fail: reject,
    }),
  );
}

function shown(cells: Cells, keys: number, features: number) {
  return Array.from({ length: keys }, (_, key) => {
    const time = cells.time(key);
    return [
      time === undefined ? null : new Date(time.seconds * 1_000).toISOString().slice(0, 10),
      ...Array.from({ length: features }, (_, feature) => cells.bytesOf(key, feature)?.toString() ?? null),
    ];
  });
}

test.each([
  ["a feature left in the table, which the registry does not have any more", ["a", "c"]],
  ["a feature between them that nobody asked for", ["a", "b", "c", "d"]],
  ["far apart in the index", ["a", ...many.map((name) => `b${name}`), "c"]],
])("values, nulls and times of what is asked for: %s", async (_, allFeatures) => {
  expect(await read([1, 2, 3, 4, 5, 7], ["a", "c"], allFeatures)).toEqual([
    ["2024-01-03", "one, with\nends", "three"],
    ["2024-01-02", null, null],
    ["2024-01-04", null, null],
    ["2024-01-01", "", null],
    [null, null, ""],
    [null, null, null],
  ]);
});

test("the order asked for is not that of the index", async () => {
  expect(await read([7, 1], ["c", "a"], ["a", "b", "c"])).toEqual([
    [null, null, null],
    ["2024-01-03", "three", "one, with\nends"],
  ]);
});

test("a read of many values goes to the threads, and gives the same", async () => {
  const keys = [6, ...Array.from({ length: 50 }, (_, index) => 100 + index)];
  const [first, second] = await read(keys, many);
  expect(first).toEqual(["2024-01-06", ...many.map((name) => `of ${name}`)]);
  expect(second).toEqual([null, ...many.map(() => null)]);
});
