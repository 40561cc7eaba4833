import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { UsedServer } from "../../../src/connections/kept/used-server.js";
import { canConnect } from "../../../src/connections/process/ports.js";
import type { KeepRules, ProcessLaunch, ServerAddress } from "../../../src/contracts/server-keeper.js";
import type { SourceLog } from "../../../src/contracts/source.js";
import { nodeHost } from "../../../src/host/node-host.js";
import { KeptServers } from "../../../src/opening/kept-servers.js";
import { temporaryFolder } from "../../host/temporary-folder.js";
import { isRunning } from "../process/is-running.js";

const listening = `require("node:http").createServer((_, reply) => reply.end("ok")).listen(process.env.PORT, "127.0.0.1");`;

interface Kept {
  readonly server: UsedServer;
  readonly folder: string;
  readonly logged: readonly string[];
  readonly printed: readonly string[];
  /** The answer to one who waits: its port, or why there is none. */
  wait(): Promise<number | string>;
}

/** Keeps a program of Node, given by its text, as it would be kept in the service. */
async function keep(
  text: string,
  rules: Partial<KeepRules> = {},
  more: Partial<ProcessLaunch> = {},
): Promise<Kept> {
  const folder = temporaryFolder({ "model.cjs": text });
  const logged: string[] = [];
  const printed: string[] = [];
  const check = async ({ host, port }: ServerAddress) => {
    if (!(await canConnect(host, port, 500))) throw new Error("no");
  };
  const launch: ProcessLaunch = {
    kind: "process",
    command: [process.execPath, "model.cjs", "{port}"],
    folder,
    environment: { PATH: process.env["PATH"]! },
    port: undefined,
    stopTimeoutMs: 500,
    ...more,
  };
  const live = { periodMs: 100, timeoutMs: 1_000, failures: 3 };
  const all = { name: "ml.it", readyWithinMs: 10_000, live, restarts: true, maxRestarts: 5, ...rules };
  const log: SourceLog = (level, message, facts) => {
    if (facts?.["stream"] === undefined) logged.push(`${level} ${message} ${JSON.stringify(facts)}`);
    else printed.push(message);
  };
  const keeper = new KeptServers(nodeHost().clock);
  const server = await UsedServer.open(keeper, { rules: all, launch }, { log, check });
  onTestFinished(() => server.release());
  const wait = () =>
    new Promise<number | string>((resolve) => {
      server.whenReady({ ready: ({ port }) => resolve(port), notReady: resolve });
    });
  return { server, folder, logged, printed, wait };
}

const pidOf = ({ server }: Kept) => server.condition.facts["pid"] as number;

const eventually = { timeout: 15_000, interval: 20 };

test("a process is started at the first question, answers, and ends with the service", async () => {
  const kept = await keep(`console.log("hello", process.argv[2] === process.env.PORT); ${listening}`);
  expect(kept.server.condition.state).toBe("stopped");
  const port = (await kept.wait()) as number;
  expect(await (await fetch(`http://127.0.0.1:${port}`)).text()).toBe("ok");
  expect(kept.server.current?.port).toBe(port);
  expect(kept.printed).toEqual(["hello true"]);
  const pid = pidOf(kept);
  expect(isRunning(pid)).toBe(true);
  await kept.server.release();
  expect(isRunning(pid)).toBe(false);
  expect(kept.server.condition.state).toBe("stopped");
  expect(await kept.wait()).toBe("it is not running");
});

test("its environment is what it was given, and nothing of ours", async () => {
  process.env["SECRET_OF_OURS"] = "1";
  onTestFinished(() => void Reflect.deleteProperty(process.env, "SECRET_OF_OURS"));
  const kept = await keep(
    `console.log(Object.keys(process.env).filter((name) => !name.startsWith("__")).sort().join()); ${listening}`,
    {},
    { environment: { MODE: "fast" } },
  );
  await kept.wait();
  expect(kept.printed).toEqual(["MODE,PORT"]);
});

test("a slow start: questions wait for it", async () => {
  const kept = await keep(`setTimeout(() => { ${listening} }, 700);`);
  const startedMs = performance.now();
  const answers = await Promise.all([kept.wait(), kept.wait(), kept.wait()]);
  expect(performance.now() - startedMs).toBeGreaterThan(600);
  expect(new Set(answers).size).toBe(1);
  expect(answers[0]).toBeTypeOf("number");
});

test("one that is never ready is ended, and those who wait are told", async () => {
  const kept = await keep("setInterval(() => {}, 1000);", { readyWithinMs: 400, restarts: false });
  kept.server.start();
  await expect.poll(() => kept.server.condition.facts["pid"], eventually).toBeTypeOf("number");
  const pid = pidOf(kept);
  expect(await kept.wait()).toBe("it was not ready within 400 ms");
  await expect.poll(() => isRunning(pid), eventually).toBe(false);
  await expect.poll(() => kept.server.condition.state, eventually).toBe("stopped");
});

test("one that ends before it is ready says so at once, with its last lines", async () => {
  const kept = await keep(`console.error("no such weights"); process.exit(3);`, { restarts: false });
  expect(await kept.wait()).toBe("before it was ready, it ended with code 3");
  await expect.poll(() => kept.logged.join("\n"), eventually).toContain("no such weights");
  expect(kept.logged.join("\n")).toContain('"reason":"before it was ready, it ended with code 3"');
});

test("a program that does not exist", async () => {
  const kept = await keep("", { restarts: false }, { command: ["/no/such/program"] });
  expect(await kept.wait()).toBe(
    '"/no/such/program" cannot be started: there is no such program, or no such folder',
  );
});

test("a crash while it serves: it is started again", async () => {
  const kept = await keep(listening);
  await kept.wait();
  const pid = pidOf(kept);
  process.kill(pid, "SIGKILL");
  await expect.poll(() => kept.server.condition.state, eventually).toBe("restarting");
  expect(await kept.wait()).toBe("it was ended by SIGKILL");
  await expect.poll(() => kept.server.condition.state, eventually).toBe("ready");
  expect(pidOf(kept)).not.toBe(pid);
  expect(kept.server.condition).toMatchObject({ restarts: 1, lastEnd: undefined });
});

test("a crash loop: after so many restarts it is tried once a minute, and questions fail at once", async () => {
  const kept = await keep("process.exit(1);", { maxRestarts: 2 });
  kept.server.start();
  await expect.poll(() => kept.server.condition.state, eventually).toBe("crash_loop");
  expect(kept.server.condition.restarts).toBe(2);
  expect(await kept.wait()).toBe("before it was ready, it ended with code 1");
  expect(kept.server.condition).toMatchObject({ state: "crash_loop", restarts: 2 });
  expect(kept.logged.at(-1)).toContain("ends again and again");
  await kept.server.release();
  expect(kept.server.condition.state).toBe("stopped");
});

test("a port that is taken is named before anything is started", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  onTestFinished(() => void other.close());
  const { port } = other.address() as AddressInfo;
  const kept = await keep(`require("node:fs").writeFileSync("started", "");`, { restarts: false }, { port });
  expect(await kept.wait()).toBe(`something else listens at port ${port} already`);
  expect(existsSync(join(kept.folder, "started"))).toBe(false);
});

test("one that answers no more is ended and started again", async () => {
  const kept = await keep(`
    const server = require("node:http").createServer((_, reply) => reply.end("ok"));
    server.listen(process.env.PORT, "127.0.0.1");
    if (!require("node:fs").existsSync("second")) {
      require("node:fs").writeFileSync("second", "");
      setTimeout(() => server.close(), 300);
      setInterval(() => {}, 1000);
    }
  `);
  await kept.wait();
  const pid = pidOf(kept);
  await expect.poll(() => kept.server.condition.restarts, eventually).toBe(1);
  await expect.poll(() => kept.server.condition.state, eventually).toBe("ready");
  expect(isRunning(pid)).toBe(false);
  expect(kept.logged.join("\n")).toContain("it did not answer 3 times in a row");
});

const withChild = `
  const { spawn } = require("node:child_process");
  const child = spawn(process.execPath, ["-e", "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)"]);
  require("node:fs").writeFileSync("child", String(child.pid));
  process.on("SIGTERM", () => {});
  ${listening}
`;

test("one that ignores the request to end, and its children, are ended by force", async () => {
  const kept = await keep(withChild);
  await kept.wait();
  const pids = [pidOf(kept), Number(readFileSync(join(kept.folder, "child"), "utf8"))];
  expect(pids.map(isRunning)).toEqual([true, true]);
  const startedMs = performance.now();
  await kept.server.release();
  expect(performance.now() - startedMs).toBeGreaterThan(450);
  expect(pids.map(isRunning)).toEqual([false, false]);
});

test("the children of one that crashed are ended before it is started again", async () => {
  const kept = await keep(withChild);
  await kept.wait();
  const child = Number(readFileSync(join(kept.folder, "child"), "utf8"));
  process.kill(pidOf(kept), "SIGKILL");
  await expect.poll(() => kept.server.condition.restarts, eventually).toBe(1);
  expect(isRunning(child)).toBe(false);
});

test.each(["SIGKILL", "SIGTERM"] as const)(
  "when the service itself is gone by %s, nothing that it started is left",
  async (signal) => {
    const folder = temporaryFolder({ "model.cjs": withChild });
    const dist = fileURLToPath(new URL("../../../dist/", import.meta.url));
    const program = `
    const { ProcessLauncher } = await import(${JSON.stringify(`${dist}connections/process/process-launcher.js`)});
    const rules = {
      command: [process.execPath, "model.cjs"], folder: ${JSON.stringify(folder)},
      environment: {}, port: undefined, stopTimeoutMs: 300,
    };
    const launched = await new ProcessLauncher(rules, () => {}).launch();
    console.log(launched.facts.pid);
    setInterval(() => {}, 1000);
  `;
    const service = spawn(process.execPath, ["--input-type=module", "-e", program], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [bytes] = (await once(service.stdout, "data")) as [Buffer];
    const pid = Number(bytes.toString());
    await expect.poll(() => existsSync(join(folder, "child")), eventually).toBe(true);
    const child = Number(readFileSync(join(folder, "child"), "utf8"));
    expect([pid, child].map(isRunning)).toEqual([true, true]);
    service.kill(signal);
    await once(service, "exit");
    await expect.poll(() => [pid, child].map(isRunning), eventually).toEqual([false, false]);
  },
);
