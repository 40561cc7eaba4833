import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { slowQuery } from "../../conformance/slow-query.js";
import { open, read, runOn, temporaryFolder, write, type OpenedSqlite } from "./sqlite-fixture.js";

const slow = read(slowQuery);
const quick = read("SELECT ?1");
const slowWrite = write(`INSERT INTO t SELECT n FROM (${slowQuery.replace("3000000", "1000000")})`);
const quickWrite = write("INSERT INTO t VALUES (?1)");

const nobody = { succeed: () => undefined, fail: () => undefined };

describe("a slow query", () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let opened: OpenedSqlite;
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(async () => {
    await opened.database.close();
    folder.remove();
  });
  const start = async (options: Parameters<typeof open>[1] = {}) => {
    opened = await open(join(folder.path, "local.db"), options);
    await opened.run(write("CREATE TABLE t (a)"));
  };

  test("ends after 50 quick ones that started with it and behind it", async () => {
    await start();
    const events: string[] = [];
    const running = opened.run(slow).then(() => events.push("slow"));
    const together = Array.from({ length: 25 }, (_, each) => opened.run(quick, [each]));
    await Promise.all(together.map((each) => each.then(() => events.push("quick"))));
    for (let each = 0; each < 25; each++) await opened.run(quick, [each]).then(() => events.push("quick"));
    await running;
    expect(events).toEqual([...Array<string>(50).fill("quick"), "slow"]);
  });

  test("does not confuse the answers of those that move away from it", async () => {
    await start();
    const running = opened.run(slow);
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, each) => opened.run(quick, [BigInt(each)])),
    );
    expect(answers).toEqual(Array.from({ length: 60 }, (_, each) => each));
    expect(await running).toBe(3_000_000);
  });

  test("that nobody waits for is set aside, and its place is taken", async () => {
    await start({ readers: 1 });
    const events: string[] = [];
    const call = opened.database.run(slow, [], nobody);
    await pause(50);
    call.cancel();
    void opened.run(slow).then(() => events.push("slow"));
    expect(opened.log).toEqual([expect.stringContaining("set aside")]);
    expect(await opened.run(write("INSERT INTO t VALUES (1)"))).toMatchObject({ affected_rows: 1 });
    expect(events).toEqual([]);
    await expect.poll(() => events, { timeout: 15_000 }).toEqual(["slow"]);
  });

  test("is set aside as often as there are readers, and then the source is busy", async () => {
    await start({ readers: 1, poolTimeoutMs: 200 });
    const slower = read(slowQuery.replace("3000000", "9000000"));
    for (const statement of [slower, slow]) {
      await expect.poll(() => opened.run(quick, [1n]).catch(() => "busy")).toBe(1);
      const call = opened.database.run(statement, [], nobody);
      await pause(150);
      call.cancel();
    }
    await expect(opened.run(quick, [1n])).rejects.toMatchObject({ kind: "busy", wasSent: false });
    await expect
      .poll(() => opened.run(quick, [1n]).catch(() => "busy"), { timeout: 15_000, interval: 50 })
      .toBe(1);
  });

  test("lets writes go on, and a slow write lets reads go on", async () => {
    await start();
    const events: string[] = [];
    const reading = opened.run(slow).then(() => events.push("slow read"));
    await opened.run(quickWrite, [1n]).then(() => events.push("write"));
    const writing = opened.run(slowWrite).then(() => events.push("slow write"));
    await opened.run(quick, [1n]).then(() => events.push("read"));
    await Promise.all([reading, writing]);
    expect(events.slice(0, 2)).toEqual(["write", "read"]);
  });

  test("ends by itself after `close`, which tells its caller soon", async () => {
    await start();
    const running = opened.run(read(slowQuery.replace("3000000", "9000000")));
    const ended = expect(running).rejects.toMatchObject({ kind: "cancelled" });
    await pause(20);
    await opened.database.close();
    await ended;
  });
});

describe("giving up", () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let opened: OpenedSqlite;
  beforeEach(async () => {
    folder = temporaryFolder();
    opened = await open(join(folder.path, "local.db"), { poolTimeoutMs: 60_000 });
    await opened.run(write("CREATE TABLE t (a)"));
  });
  afterEach(async () => {
    await opened.database.close();
    folder.remove();
  });

  test("a call that has not been sent is never run", async () => {
    opened.database.run(quickWrite, [1n], nobody).cancel();
    await opened.run(quickWrite, [2n]);
    expect(await opened.run(read("SELECT group_concat(a) FROM t"))).toBe("2");
  });

  test("a write that waits behind another in its batch is never run; one that has begun is", async () => {
    const first = opened.database.run(slowWrite, [], nobody);
    const second = opened.database.run(quickWrite, [1n], nobody);
    await pause(30);
    first.cancel();
    second.cancel();
    await opened.run(quickWrite, [2n]);
    expect(await opened.run(read("SELECT group_concat(a) FROM t"))).toBe("1000000,2");
  });

  test("writes keep the order in which they started", async () => {
    await Promise.all(Array.from({ length: 100 }, (_, each) => opened.run(quickWrite, [BigInt(each)])));
    const stored = await opened.run(read("SELECT group_concat(a) FROM (SELECT a FROM t ORDER BY rowid)"));
    expect(stored).toBe(Array.from({ length: 100 }, (_, each) => each).join(","));
  });

  test("what starts after `close` is refused", async () => {
    const { database } = opened;
    await database.close();
    await expect(runOn(database, quick, [1n])).rejects.toMatchObject({ kind: "cancelled", wasSent: false });
  });
});
