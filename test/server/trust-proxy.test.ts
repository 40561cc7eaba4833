import { describe, expect, onTestFinished, test } from "vitest";
import { createApp } from "../../src/index.js";
import { temporaryFolder } from "../host/temporary-folder.js";

async function start(server: string, more = "") {
  const folder = temporaryFolder({
    "config/config.yaml": `server: { host: 127.0.0.1, port: 0, ${server} }\nadmin: false\nlogging: { level: silent }\n${more}`,
    "config/domains/shop.yaml": "endpoints: { ip: { response_mapping: { ip: $system.client_ip } } }\n",
  });
  const app = await createApp({ workingFolder: folder });
  onTestFinished(async () => void (await app.close()));
  const url = `${await app.listen()}/orchestrator/shop/ip`;
  return async (forwarded?: string) => {
    const reply = await fetch(
      url,
      forwarded === undefined ? {} : { headers: { "x-forwarded-for": forwarded } },
    );
    return { status: reply.status, ip: ((await reply.json()) as { ip?: string }).ip };
  };
}

describe("X-Forwarded-For", () => {
  test.each([
    ["by itself does not count", "", "203.0.113.9", "127.0.0.1"],
    [
      "of a proxy that is not trusted does not count",
      "trust_proxy: [10.0.0.0/8]",
      "203.0.113.9",
      "127.0.0.1",
    ],
    ["of a trusted address counts", "trust_proxy: [127.0.0.1]", "203.0.113.9", "203.0.113.9"],
    ["of a trusted network counts", "trust_proxy: [127.0.0.0/8]", "203.0.113.9", "203.0.113.9"],
    ["of `loopback` counts", "trust_proxy: [loopback]", "203.0.113.9", "203.0.113.9"],
    ["may be of IPv6", "trust_proxy: [loopback, '2001:db8::/32']", "2001:db9::1", "2001:db9::1"],
    [
      "is not believed beyond the last proxy",
      "trust_proxy: [loopback]",
      "6.6.6.6, 203.0.113.9",
      "203.0.113.9",
    ],
    [
      "goes through trusted ones",
      "trust_proxy: [loopback, 10.0.0.0/8]",
      "6.6.6.6, 203.0.113.9, 10.1.2.3",
      "203.0.113.9",
    ],
    ["of one hop", "trust_proxy: 1", "6.6.6.6, 203.0.113.9", "203.0.113.9"],
    ["of two hops", "trust_proxy: 2", "6.6.6.6, 203.0.113.9, 10.1.2.3", "203.0.113.9"],
    ["that is missing is the connection's address", "trust_proxy: [loopback]", undefined, "127.0.0.1"],
  ])("%s", async (_when, server, forwarded, ip) => {
    const ask = await start(server);
    expect(await ask(forwarded)).toEqual({ status: 200, ip });
  });

  test("gives nobody another limit unless a proxy is trusted", async () => {
    const limit = "rate_limit: { limit: 1, per: 1m }\n";
    const untrusted = await start("", limit);
    expect([(await untrusted("1.1.1.1")).status, (await untrusted("2.2.2.2")).status]).toEqual([200, 429]);
    const trusted = await start("trust_proxy: [loopback]", limit);
    const statuses = [];
    for (const ip of ["1.1.1.1", "2.2.2.2", "2.2.2.2"]) statuses.push((await trusted(ip)).status);
    expect(statuses).toEqual([200, 200, 429]);
  });
});
