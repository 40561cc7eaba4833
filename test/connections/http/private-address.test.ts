import { describe, expect, test } from "vitest";
import { HttpClient, type HttpClientOptions } from "../../../src/connections/http/http-client.js";
import { HttpReply } from "../../../src/connections/http/http-reply.js";
import { isPrivateAddress } from "../../../src/connections/http/private-address.js";
import type { OrchestratorError } from "../../../src/problems/orchestrator-error.js";
import { send } from "./exchange.js";
import { serve } from "./local-server.js";

describe("what belongs to no public host", () => {
  test.each([
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "100.127.255.255",
    "127.0.0.1",
    "127.8.8.8",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "198.18.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "[::1]",
    "0:0:0:0:0:0:0:1",
    "::ffff:127.0.0.1",
    "::ffff:7f00:1",
    "::ffff:169.254.169.254",
    "0:0:0:0:0:ffff:a00:1",
    "::7f00:1",
    "64:ff9b::a00:1",
    "2002:7f00:1::",
    "fd00:ec2::254",
    "fc00::1",
    "fe80::1",
    "fe80::1%eth0",
    "ff02::1",
    "not an address",
  ])("%s", (address) => expect(isPrivateAddress(address)).toBe(true));
});

describe("what may be one", () => {
  test.each([
    "1.1.1.1",
    "100.63.255.255",
    "100.128.0.0",
    "172.15.0.1",
    "172.32.0.1",
    "192.167.1.1",
    "223.255.255.254",
    "2606:4700:4700::1111",
    "::ffff:8.8.8.8",
    "2a00:1450::1",
  ])("%s", (address) => expect(isPrivateAddress(address)).toBe(false));
});

describe("a client that refuses private addresses", () => {
  const connections = 2;

  async function outcomeOf(options: Partial<HttpClientOptions> & { readonly origin: string }) {
    const client = new HttpClient({ connections, refusesPrivate: true, ...options });
    const outcome = await send(client);
    const probe = await client.probe().catch((error: OrchestratorError) => error);
    await client.close();
    return { outcome, probe };
  }

  test.each(["http://127.0.0.1:1", "http://[::1]:1", "http://[::ffff:127.0.0.1]:1", "http://localhost:1"])(
    "connects to %s not at all",
    async (origin) => {
      for (const error of Object.values(await outcomeOf({ origin })) as OrchestratorError[]) {
        expect(error.code).toBe("SOURCE_ADDRESS_REFUSED");
        expect(error.problem.wasSent).toBe(false);
        expect(JSON.stringify(error.problem)).not.toMatch(/127|localhost/);
      }
    },
  );

  test.each([
    ["http://2130706433:1", "http://127.0.0.1:1"],
    ["http://0x7f.1:1", "http://127.0.0.1:1"],
    ["http://0177.0.0.1:1", "http://127.0.0.1:1"],
  ])("knows %s for what it is", async (written, origin) => {
    expect(new URL(written).origin).toBe(origin);
  });

  test("looks at the address of the connection it makes: a name that changes its address finds no gap", async () => {
    const server = await serve((_, response) => response.end("ok"));
    const { port } = new URL(server.url);
    const answers = [[{ address: "8.8.8.8", family: 4 }], [{ address: "127.0.0.1", family: 4 }]];
    let asked = 0;
    const resolve: HttpClientOptions["resolve"] = (_name, _options, callback) =>
      callback(null, answers[Math.min(asked++, 1)]!);
    // What a check beforehand would have seen is the public address; the connection then asks again.
    resolve("rebinding.example", { all: true }, (_, found) => expect(found[0]!.address).toBe("8.8.8.8"));
    const { outcome } = await outcomeOf({ origin: `http://rebinding.example:${port}`, resolve });
    expect((outcome as OrchestratorError).code).toBe("SOURCE_ADDRESS_REFUSED");
    expect(server.connections()).toBe(0);
    await server.close();
  });

  test("connects to nothing where a name has private addresses of both kinds", async () => {
    const client = new HttpClient({
      origin: "http://both.example:9",
      connections,
      refusesPrivate: true,
      resolve: (_name, _options, callback) =>
        callback(null, [
          { address: "127.0.0.1", family: 4 },
          { address: "::ffff:10.0.0.1", family: 6 },
        ]),
    });
    const outcome = await send(client);
    expect((outcome as OrchestratorError).code).toBe("SOURCE_ADDRESS_REFUSED");
    await client.close();
  });
});

test("a client that does not refuse them connects", async () => {
  const server = await serve((_, response) => response.end("ok"));
  const client = new HttpClient({ origin: server.url, connections: 1 });
  expect(await send(client)).toBeInstanceOf(HttpReply);
  await client.close();
  await server.close();
});
