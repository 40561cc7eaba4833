import { describe, expect, test } from "vitest";
import { clientKey } from "../../../src/server/limits/client-key.js";
import { countName, RequestCounts } from "../../../src/server/limits/request-counts.js";

describe("the table of requests", () => {
  test("begins a time with the first request, and the next when it is over", () => {
    let now = 1_000;
    const counts = new RequestCounts(() => now);
    const take = () => counts.take({ name: "all client 1.2.3.4", limit: 2, perMs: 60_000 });
    expect(take()).toEqual({ limit: 2, remaining: 1, resetMs: 60_000, isOver: false });
    now += 10_000;
    expect(take()).toEqual({ limit: 2, remaining: 0, resetMs: 50_000, isOver: false });
    expect(take()).toEqual({ limit: 2, remaining: 0, resetMs: 50_000, isOver: true });
    now += 49_999;
    expect(take().isOver).toBe(true);
    now += 1;
    expect(take()).toMatchObject({ remaining: 1, isOver: false });
  });

  test("knows limits and callers apart", () => {
    const counts = new RequestCounts();
    const isOver = (id: string, key: string) =>
      counts.take({ name: countName(id, key), limit: 1, perMs: 60_000 }).isOver;
    expect([isOver("a", "x"), isOver("a", "y"), isOver("b", "x"), isOver("a", "x")]).toEqual([
      false,
      false,
      false,
      true,
    ]);
    const long = "x".repeat(1_000);
    expect([isOver("a", `${long}1`), isOver("a", `${long}2`), isOver("a", `${long}1`)]).toEqual([
      false,
      false,
      true,
    ]);
  });

  test("stays as large as it may be under 100 000 callers, and keeps whoever calls again and again", () => {
    const counts = new RequestCounts();
    const before = process.memoryUsage().heapUsed;
    const take = (key: string) => counts.take({ name: countName("all", key), limit: 10, perMs: 60_000 });
    let busy = take("busy");
    for (let index = 0; index < 100_000; index++) {
      take(`client 10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`);
      if (index % 1_000 === 0) busy = take("busy");
    }
    expect(counts.size).toBe(50_000);
    expect(busy.isOver).toBe(true);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(64_000_000);
  });
});

test.each([
  ["192.0.2.7", "192.0.2.7"],
  ["::ffff:192.0.2.7", "192.0.2.7"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:0db8:0001:0002::1", "2001:db8:1:2::/64"],
  ["2001:db8::1", "2001:db8:0:0::/64"],
  ["::1", "0:0:0:0::/64"],
  ["fe80::1%eth0", "fe80:0:0:0::/64"],
])("the address %s counts as %s", (address, key) => {
  expect(clientKey(address)).toBe(key);
});
