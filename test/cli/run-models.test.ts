import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { freePort } from "../../src/connections/process/ports.js";
import { isRunning } from "../connections/process/is-running.js";
import { projectOf } from "./run-command.js";
import { startCommand } from "./start-command.js";

/** Each test starts several processes, some of them twice. */
vi.setConfig({ testTimeout: 120_000 });

/**
 * Deaf to SIGTERM, with a child and a grandchild that are deaf too. `broken` says that it cannot start, `slow` that it is
 * not done with starting.
 */
const model = `
const { spawn } = require("node:child_process");
if (require("node:fs").existsSync("broken")) {
  console.error("no weights");
  process.exit(3);
}
process.on("SIGTERM", () => {});
const deaf = "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000);";
const parent = "const child = require('node:child_process').spawn(process.execPath, ['-e', process.argv[1]]);" +
  "console.log(child.pid);";
const child = spawn(process.execPath, ["-e", parent + deaf, deaf]);
child.stdout.once("data", function listen(bytes) {
  if (require("node:fs").existsSync("slow")) return void setTimeout(listen, 20, bytes);
  require("node:http").createServer((request, reply) => {
    reply.setHeader("content-type", "application/json");
    reply.end(JSON.stringify({ pids: [process.pid, child.pid, Number(String(bytes))] }));
  }).listen(process.env.PORT, "127.0.0.1", () => console.log("the model listens"));
});
`;

const project = (port: number, workers: number) => ({
  "model.cjs": model,
  "config/config.yaml": `
server: { host: 127.0.0.1, port: 0, workers: ${workers}, shutdown_timeout: 5s }
admin: { port: 0 }
logging: { format: json }
`,
  "config/integrations/ml_config.yaml": `
ml:
  sources:
    default:
      type: process
      command: [${JSON.stringify(process.execPath)}, model.cjs]
      port: ${port}
      ready: { path: /health }
      stop_timeout: 300ms
      required_for_readiness: true
`,
  "config/domains/models.yaml": `
endpoints:
  ask:
    timeout: 8s
    data_sources: [{ name: answer, type: ml, params: { features: { a: 1 } } }]
    response_mapping: $answer
`,
});

interface Reply {
  readonly status: number;
  readonly body: { readonly code?: string; readonly pids: readonly number[] };
}

async function run(folder: string) {
  const service = startCommand(folder, ["run"]);
  const listening = /"url":"([^"]+)","admin":"([^"]+)"/;
  await expect.poll(() => service.printed.stdout, { timeout: 30_000 }).toMatch(listening);
  const [, url, admin] = listening.exec(service.printed.stdout)!;
  return {
    ...service,
    async ask(): Promise<Reply> {
      const reply = await fetch(`${url}/orchestrator/models/ask`);
      return { status: reply.status, body: (await reply.json()) as Reply["body"] };
    },
    /** What the admin listener tells of the server of the model. */
    async server() {
      const token = readFileSync(join(folder, "data/admin.token"), "utf8").trim();
      const reply = await fetch(`${admin}/sources`, { headers: { authorization: `Bearer ${token}` } });
      const { sources } = (await reply.json()) as { sources: { server: Record<string, unknown> }[] };
      return sources[0]!.server;
    },
    async ready() {
      const [reply, own] = await Promise.all([fetch(`${admin}/readyz`), fetch(`${url}/readyz`)]);
      const { status } = reply;
      const word = status === 200 ? "ready" : "not_ready";
      expect([own.status, await own.json()]).toEqual([status, { status: word }]);
      const { unreachable } = (await reply.json()) as { unreachable?: readonly string[] };
      return { status, unreachable };
    },
    log: () =>
      service.printed.stdout
        .split("\n")
        .filter((line) => line.startsWith("{"))
        .map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}

test.each([1, 2])("the life of a model's process, with %d worker(s)", async (workers) => {
  const port = await freePort();
  const folder = projectOf(project(port, workers));
  const eventually = { timeout: 30_000 };
  writeFileSync(join(folder, "slow"), "");
  const killed = await run(folder);
  // It starts slowly: who asks it waits, who asks whether it is ready does not.
  expect(await killed.ready()).toEqual({ status: 503, unreachable: ["ml.default"] });
  expect(await killed.server()).toMatchObject({ state: "starting" });
  const asked = killed.ask();
  rmSync(join(folder, "slow"));
  const { status, body } = await asked;
  expect(status).toBe(200);
  expect(await killed.ready()).toEqual({ status: 200 });
  expect(body.pids.map(isRunning)).toEqual([true, true, true]);
  expect(killed.log()).toContainEqual(
    expect.objectContaining({ msg: "the model listens", source: "ml.default", stream: "stdout" }),
  );

  // Our own end without a farewell: nothing is left that would keep the port from the next start.
  killed.child.kill("SIGKILL");
  await killed.code;
  await expect.poll(() => body.pids.some(isRunning), eventually).toBe(false);
  const service = await run(folder);
  const first = await service.ask();
  expect(first.status).toBe(200);
  const [pid] = first.body.pids;
  expect(await service.server()).toMatchObject({ state: "ready", restarts: 0, last_end: null, pid, port });

  // A crash, and a start that fails again and again until its reason is gone.
  writeFileSync(join(folder, "broken"), "");
  process.kill(first.body.pids[0]!, "SIGKILL");
  const reasons = () =>
    service.log().flatMap(({ reason, lines }) => (reason === undefined ? [] : [{ reason, lines }]));
  await expect.poll(reasons, eventually).toContainEqual({
    reason: "before it was ready, it ended with code 3",
    lines: ["no weights"],
  });
  expect(first.body.pids.some(isRunning)).toBe(false);
  expect(await service.ask()).toMatchObject({ status: 503, body: { code: "MODEL_NOT_READY" } });
  expect(await service.ready()).toEqual({ status: 503, unreachable: ["ml.default"] });
  expect(await service.server()).toMatchObject({
    state: expect.stringMatching(/^(starting|restarting)$/) as string,
    last_end: "before it was ready, it ended with code 3",
  });
  rmSync(join(folder, "broken"));
  await expect.poll(() => service.ready(), eventually).toEqual({ status: 200 });
  const last = (await service.ask()).body.pids;
  expect(await service.server()).toMatchObject({ state: "ready", last_end: null, pid: last[0] });
  expect((await service.server())["restarts"]).toBeGreaterThan(0);

  service.child.kill("SIGTERM");
  expect(await service.code).toBe(0);
  expect(last.some(isRunning)).toBe(false);
});
