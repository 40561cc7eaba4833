import { expect, onTestFinished, test } from "vitest";
import { UsedServer } from "../../src/connections/kept/used-server.js";
import { canConnect } from "../../src/connections/process/ports.js";
import type { ServerAddress, ServerUser, WantedServer } from "../../src/contracts/server-keeper.js";
import { nodeHost } from "../../src/host/node-host.js";
import { KeptServers } from "../../src/opening/kept-servers.js";

const listening = `require("node:net").createServer(() => {}).listen(process.env.PORT, "127.0.0.1");`;

function wanted(mode = "one"): WantedServer {
  const live = { periodMs: 50, timeoutMs: 500, failures: 2 };
  return {
    rules: { name: "ml.it", readyWithinMs: 10_000, live, restarts: true, maxRestarts: 5 },
    launch: {
      ...{ kind: "process", command: [process.execPath, "-e", listening], folder: "/" },
      ...{ environment: { MODE: mode }, port: undefined, stopTimeoutMs: 500 },
    },
  };
}

const check = async ({ host, port }: ServerAddress) => {
  if (!(await canConnect(host, port, 500))) throw new Error("no");
};
const log = () => undefined;

function keeper(): KeptServers {
  const servers = new KeptServers(nodeHost().clock);
  onTestFinished(() => servers.close());
  return servers;
}

const use = (servers: KeptServers, server = wanted(), user: Partial<ServerUser> = {}) =>
  UsedServer.open(servers, server, { log, check, ...user });

const addressOf = (server: UsedServer) =>
  new Promise<ServerAddress>((ready, fail) =>
    server.whenReady({ ready, notReady: (why) => fail(new Error(why)) }),
  );

test("those who want the same share one server, which the last of them ends", async () => {
  const servers = keeper();
  const [first, second, other] = [await use(servers), await use(servers), await use(servers, wanted("two"))];
  const addresses = await Promise.all([first, second, other].map(addressOf));
  expect(addresses[1]).toEqual(addresses[0]);
  expect(addresses[2]!.port).not.toBe(addresses[0]!.port);
  await first.release();
  await first.release();
  expect(first.current).toBeUndefined();
  expect(second.current).toEqual(addresses[0]);
  await check(addresses[0]!);
  await second.release();
  await expect(check(addresses[0]!)).rejects.toThrow();
  await expect(addressOf(second)).rejects.toThrow("it is not running");
  await check(addresses[2]!);
});

test("one that is wanted again after its end is started again", async () => {
  const servers = keeper();
  const first = await use(servers);
  const { port } = await addressOf(first);
  const ending = first.release();
  const second = await use(servers);
  expect((await addressOf(second)).port).not.toBe(port);
  await ending;
  expect(second.current).toBeDefined();
});

test("it is well where one of its users gets an answer", async () => {
  const servers = keeper();
  const first = await use(servers);
  await use(servers, wanted(), { check: () => Promise.reject(new Error("I cannot reach it")) });
  const address = await addressOf(first);
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(first.current).toEqual(address);
});

test("what everybody says does not answer is started again", async () => {
  const servers = keeper();
  let isWell = true;
  const server = await use(servers, wanted(), {
    check: async (address) => (isWell ? check(address) : Promise.reject(new Error("no"))),
  });
  const { launch } = await addressOf(server);
  isWell = false;
  await expect.poll(() => server.condition.lastEnd).toBe("it did not answer 2 times in a row");
  isWell = true;
  await expect.poll(() => server.current?.launch, { timeout: 5_000 }).toBe(launch + 1);
});

test("while nobody can ask, one that starts does not count as ready, and a ready one stays so", async () => {
  const servers = keeper();
  let isAsked = false;
  const server = await servers.keep(wanted(), {
    log,
    changed: () => undefined,
    get check() {
      return isAsked ? check : undefined;
    },
  });
  const state = () => server.condition.state;
  server.start();
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(state()).toBe("starting");
  isAsked = true;
  await expect.poll(state, { timeout: 5_000 }).toBe("ready");
  isAsked = false;
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(state()).toBe("ready");
});

test("closing ends all, whoever holds them", async () => {
  const servers = keeper();
  const server = await use(servers);
  const address = await addressOf(server);
  await servers.close();
  await expect(check(address)).rejects.toThrow();
  expect(server.condition.state).toBe("stopped");
});
