import { spawn } from "node:child_process";
import { copyFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { InlineReader } from "../../../src/connections/sqlite/inline-reader.js";
import { loadDriver } from "../../../src/connections/sqlite/driver.js";
import type { App } from "../../../src/server/assemble-app.js";
import { KeptRows } from "../../../src/sources/feast/online/kept-rows.js";
import { StoredCells } from "../../../src/sources/feast/online/stored-cells.js";
import type { SourceProject } from "../source-project.js";
import { feastProject, fixtures } from "./feast-project.js";

const table = "shop_customer_stats";
const reference = "customer_stats:orders_7d";
const endpoints = `
orders:
  method: POST
  path: /orders
  request: { body: { type: object, properties: { rows: { type: array } } } }
  data_sources:
    - name: stats
      type: feast
      params: { entities: $request.body.rows, features: [${reference}] }
`;

let project: SourceProject;
let path: string;
let app: App;
beforeEach(async () => {
  project = feastProject({ repository: "sqlite-v3", source: "repo_path: repo\nexpose: true", endpoints });
  path = join(project.folder, "repo/data/online_store.db");
  ({ app } = await project.open());
});
afterEach(async () => {
  vi.restoreAllMocks();
  await project.close();
});

/** The feature of some customers, through a step or as a feature server; `null` where it is not answered. */
async function orders(ids: readonly number[], way: "step" | "expose") {
  const request =
    way === "step"
      ? { url: "/orchestrator/orders", payload: { rows: ids.map((id) => ({ customer_id: id })) } }
      : {
          url: "/orchestrator/feast/default/get-online-features",
          payload: { features: [reference], entities: { customer_id: ids } },
        };
  const reply = await app.inject({ method: "POST", ...request });
  if (reply.statusCode !== 200) return null;
  if (way === "step") return reply.json<{ orders_7d: number }[]>().map(({ orders_7d }) => orders_7d);
  return reply.json<{ results: { values: number[] }[] }>().results[1]!.values;
}

/** Until the threads are sure to have the same file. */
async function settled() {
  await orders([7], "step");
  await pause(300);
}

function replaceWithNine() {
  const next = `${path}.next`;
  copyFileSync(path, next);
  const connection = new (loadDriver().DatabaseSync)(next, { readOnly: false, timeout: 0 });
  connection.exec(`UPDATE ${table} SET value = x'2009' WHERE feature_name = 'orders_7d'`);
  connection.close();
  renameSync(next, path);
}

/** A program of its own that writes; `commit` resolves when its transaction has ended. */
async function otherProgram(mode: string) {
  const script = join(import.meta.dirname, "commit-values.mjs");
  const child = spawn(process.execPath, [script, path, mode, table, "orders_7d"], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  expect((await lines.next()).value).toBe("ready");
  return {
    async commit(value: number): Promise<void> {
      child.stdin.write(`${value}\n`);
      expect((await lines.next()).value).toBe(String(value));
    },
    async end() {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.stdin.end();
      await ended;
    },
  };
}

test("what was read once is not read again, whichever way it is asked for", async () => {
  const read = vi.spyOn(InlineReader.prototype, "read");
  await settled();
  const first = await orders([7, 8], "step");
  expect(first).toEqual([3, 0]);
  const calls = read.mock.calls.length;
  expect(calls).toBeGreaterThan(0);
  expect(await orders([8, 7], "step")).toEqual([0, 3]);
  expect(read.mock.calls).toHaveLength(calls);
  expect(await orders([7, 9, 8], "step")).toEqual([3, null, 0]);
  expect(read.mock.calls.length).toBeGreaterThan(calls);
});

describe.each(["DELETE", "WAL"])("another program commits: %s", (mode) => {
  test("no answer is older than a commit that ended before the request began, and each is of one commit", async () => {
    const other = await otherProgram(mode);
    await settled();
    let committed = -1;
    let isOver = false;
    const seen = { answers: 0, kept: 0, values: new Set<number>() };
    const faults: string[] = [];
    const ask = async (worker: number) => {
      for (let round = worker; !isOver; round++) {
        const least = committed;
        const ids = [[7], [7, 8], [8]][round % 3]!;
        const found = await orders(ids, worker % 2 === 0 ? "step" : "expose");
        if (found !== null && least >= 0) {
          seen.answers += 1;
          seen.values.add(found[0]!);
          if (new Set(found).size > 1) faults.push(`mixed: ${found.join()}`);
          if (found[0]! < least) faults.push(`${found[0]} after ${least}`);
          if (found[0]! === least) seen.kept += 1;
        }
        await pause(round % 2);
      }
    };
    const asking = Promise.all([0, 1, 2, 3].map(ask));
    for (let value = 1; value <= 150; value++) {
      await other.commit(value);
      committed = value;
      const now = await orders([8, 7], value % 2 === 0 ? "step" : "expose");
      if (now !== null && (now[0] !== value || now[1] !== value)) faults.push(`${now.join()} at ${value}`);
      if (value % 10 === 0) await pause(20);
    }
    isOver = true;
    await asking;
    await other.end();
    expect(faults).toEqual([]);
    expect(seen.answers).toBeGreaterThan(100);
    expect(seen.kept).toBeGreaterThan(50);
    expect(seen.values.size).toBeGreaterThan(20);
  });
});

test("a table that is dropped, and one that comes back, are noticed at once", async () => {
  await settled();
  expect(await orders([7], "step")).toEqual([3]);
  const connection = new (loadDriver().DatabaseSync)(path, { readOnly: false, timeout: 0 });
  connection.exec(`ALTER TABLE ${table} RENAME TO elsewhere`);
  expect(await orders([7], "step")).toBeNull();
  connection.exec(`ALTER TABLE elsewhere RENAME TO ${table}`);
  connection.close();
  expect(await orders([7], "step")).toEqual([3]);
});

test("what a thread reads from a file that was replaced is not kept for the new one", async () => {
  const readByThread = Array.from({ length: 1_001 }, (_, id) => id);
  await orders([7], "step");
  await pause(100);
  await orders(readByThread, "step");
  replaceWithNine();
  await pause(160);
  await orders(readByThread, "step");
  await pause(600);
  expect((await orders(readByThread, "step"))![7]).toBe(9);
  expect(await orders([7], "step")).toEqual([9]);
});

test("a file that is replaced, deleted and back again is noticed within a quarter of a second", async () => {
  await settled();
  expect(await orders([7], "step")).toEqual([3]);
  replaceWithNine();
  await pause(300);
  expect(await orders([7], "step")).toEqual([9]);
  rmSync(path);
  await pause(300);
  expect(await orders([7], "step")).toBeNull();
  copyFileSync(join(fixtures, "sqlite-v3/data/online_store.db"), path);
  await pause(300);
  expect(await orders([7], "step")).toEqual([3]);
});

test("they never take more than they may: where they would, it begins again", () => {
  const kept = new KeptRows(100_000);
  const read = {};
  const row = (id: number) => {
    const cells = new StoredCells(1, 10, Buffer.alloc(100));
    kept.find(read, [[Buffer.from(`key ${id}`)]], 1);
    kept.keep(read, [[Buffer.from(`key ${id}`)]], [cells], 1);
    return kept.find(read, [[Buffer.from(`key ${id}`)]], 1)[0]![0]?.cells[0] === cells;
  };
  const sizes = Array.from({ length: 1_000 }, (_, id) => {
    expect(row(id)).toBe(true);
    return kept.bytes;
  });
  expect(Math.max(...sizes)).toBeLessThanOrEqual(100_000);
  expect(Math.max(...sizes)).toBeGreaterThan(90_000);
  expect(sizes.filter((size, index) => size < (sizes[index - 1] ?? 0)).length).toBeGreaterThan(3);
  const large = new StoredCells(1, 10, Buffer.alloc(200_000));
  kept.keep(read, [[Buffer.from("large")]], [large], 1);
  expect(kept.find(read, [[Buffer.from("large")]], 1)[0]).toEqual([undefined]);
});

test("rows that were read for a version which is over are answered with, and not kept", () => {
  const kept = new KeptRows(100_000);
  const [read, keys] = [{}, [[Buffer.from("key")]]];
  kept.find(read, keys, 1);
  kept.find(read, keys, 2);
  const cells = new StoredCells(1, 1, Buffer.alloc(1));
  expect(kept.keep(read, keys, [cells], 1)).toEqual([[{ cells: [cells], position: 0 }]]);
  expect(kept.find(read, keys, 2)).toEqual([[undefined]]);
});
