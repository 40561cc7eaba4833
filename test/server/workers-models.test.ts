import { rmSync, writeFileSync } from "node:fs";
import { Agent, request as send } from "node:http";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { isRunning } from "../connections/process/is-running.js";
import { builtModule, startedService } from "./started-service.js";

/** Each test starts several processes. */
vi.setConfig({ testTimeout: 120_000 });

const script = `
import { existsSync } from "node:fs";
import { runServer } from ${builtModule("server/run-server.js")};
import { loadEnv } from ${builtModule("host/load-env.js")};
loadEnv();
const own = async (app) => {
  if (process.env.ORCHESTRATOR_WORKER === "2" && existsSync("refuse")) {
    while (!existsSync("started-second")) await new Promise((resolve) => setTimeout(resolve, 20));
    throw new Error("I will not.");
  }
  app.get("/pid", async () => ({ pid: process.pid }));
};
const server = await runServer({ plugins: [own] });
if (process.env.ORCHESTRATOR_WORKER === undefined) process.stderr.write(server.url + " " + server.adminUrl + "\\n");
`;

/** Answers who it is, and leaves a file of its start; its child ends by force only. */
const model = `
const { spawn } = require("node:child_process");
require("node:fs").writeFileSync("started-" + process.env.MODE, "");
const child = spawn(process.execPath, ["-e", "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)"]);
require("node:http").createServer((request, reply) => {
  if (request.url === "/die") process.exit(1);
  reply.setHeader("content-type", "application/json");
  reply.end(JSON.stringify({ mode: process.env.MODE, pid: process.pid, child: child.pid }));
}).listen(process.argv[2], "127.0.0.1", () => console.log("listening"));
`;

const source = (mode: string, more = "") => `
ml:
  sources:
    default:
      type: process
      command: [${JSON.stringify(process.execPath)}, model.cjs, "{port}"]
      environment: { MODE: ${mode} }
      ready: { path: /health }
      required_for_readiness: true
      stop_timeout: 300ms
      ${more}
`;

const files = {
  "run.mjs": script,
  ".env": "ADMIN_TOKEN=let-me-in\n",
  "model.cjs": model,
  "config/config.yaml": `
server: { host: 127.0.0.1, port: 0, workers: 2, shutdown_timeout: 5s }
admin: { port: 0, token: "\${ADMIN_TOKEN}" }
logging: { format: json }
`,
  "config/integrations/ml_config.yaml": source("first"),
  "config/domains/models.yaml": `
endpoints:
  ask:
    timeout: 8s
    data_sources: [{ name: answer, type: ml, params: { features: { a: 1 } } }]
    response_mapping: $answer
`,
};

interface Answer {
  readonly mode: string;
  readonly pid: number;
  readonly child: number;
}

async function startService(more: Readonly<Record<string, string>> = {}) {
  const service = await startedService({ ...files, ...more });
  const [url, adminUrl] = service.greeting.split(" ") as [string, string];
  const headers = { authorization: "Bearer let-me-in" };
  const askOnce = () => fresh<Answer>(`${url}/orchestrator/models/ask`);
  return {
    ...service,
    /** The different answers to many new connections, which reach all workers. */
    async answers(): Promise<readonly Answer[]> {
      const replies = await Promise.all(Array.from({ length: 12 }, askOnce));
      return [...new Map(replies.map((reply) => [JSON.stringify(reply), reply])).values()];
    },
    async workers(): Promise<readonly number[]> {
      const replies = Array.from({ length: 12 }, () => fresh<{ pid: number }>(`${url}/pid`));
      return [...new Set((await Promise.all(replies)).map(({ pid }) => pid))];
    },
    async workerTwo(): Promise<number> {
      const reply = await fetch(`${adminUrl}/config`, { headers });
      const { workers } = (await reply.json()) as { workers: { number: number; pid: number }[] };
      return workers.find(({ number }) => number === 2)!.pid;
    },
    async reload(): Promise<number> {
      return (await fetch(`${adminUrl}/config/reload`, { method: "POST", headers })).status;
    },
    write: (path: string, text: string) => writeFileSync(join(service.folder, path), text),
    said: (message: string) => service.log().filter(({ msg }) => msg === message),
    ready: async () => (await fetch(`${adminUrl}/readyz`)).status,
  };
}

/** One request on a connection of its own. */
function fresh<Body>(url: string): Promise<Body> {
  return new Promise((done, reject) => {
    const sent = send(url, { agent: new Agent() }, (response) => {
      let body = "";
      response.on("data", (chunk) => (body += String(chunk)));
      response.on("end", () => done(JSON.parse(body) as Body));
    });
    sent.on("error", reject);
    sent.end();
  });
}

const started = "A model server was started.";
const eventually = { timeout: 30_000, interval: 50 };

/** Ends workers and waits until others serve in their place. */
async function replace(service: Awaited<ReturnType<typeof startService>>, pids: readonly number[]) {
  for (const pid of pids) process.kill(pid, "SIGKILL");
  const isReplaced = async () => {
    const present = await service.workers().catch(() => []);
    return present.length === 2 && !present.some((pid) => pids.includes(pid));
  };
  await expect.poll(isReplaced, eventually).toBe(true);
}

test("all workers ask one process of the parent, which no end of a worker touches", async () => {
  const service = await startService();
  const [first, ...others] = await service.answers();
  expect(others).toEqual([]);
  expect(first).toMatchObject({ mode: "first" });
  expect(service.said(started)).toMatchObject([{ source: "ml.default", pid: first!.pid }]);
  expect(service.said(started)[0]).not.toHaveProperty("worker");
  expect(service.said("listening")).toMatchObject([{ source: "ml.default", stream: "stdout" }]);
  expect(await service.ready()).toBe(200);

  const workers = await service.workers();
  await replace(service, workers.slice(0, 1));
  expect(await service.answers()).toEqual([first]);
  await replace(service, await service.workers());
  expect(await service.answers()).toEqual([first]);
  expect(service.said(started)).toHaveLength(1);

  process.kill(first!.pid, "SIGKILL");
  const answered = async () => (await service.answers()).map(({ pid }) => pid);
  await expect.poll(answered, eventually).toEqual([expect.any(Number)]);
  const again = (await service.answers())[0]!;
  expect(again.pid).not.toBe(first!.pid);
  expect(isRunning(first!.child)).toBe(false);
  expect(service.said(started)).toHaveLength(2);

  service.signal("SIGTERM");
  expect(await service.exit).toBe(0);
  expect([again.pid, again.child].map(isRunning)).toEqual([false, false]);
});

test("a reload keeps a process that is wanted as before, and starts one beside it where it is not", async () => {
  const service = await startService();
  const [first] = await service.answers();
  // Only what is sent to it has changed.
  service.write("config/integrations/ml_config.yaml", source("first", "headers: { X-Team: a }"));
  expect(await service.reload()).toBe(200);
  expect(await service.answers()).toEqual([first]);
  expect(service.said(started)).toHaveLength(1);

  service.write("config/integrations/ml_config.yaml", source("second"));
  expect(await service.reload()).toBe(200);
  const [second, ...others] = await service.answers();
  expect(others).toEqual([]);
  expect(second).toMatchObject({ mode: "second" });
  await expect.poll(() => [first!.pid, first!.child].map(isRunning), eventually).toEqual([false, false]);
  expect(service.said(started)).toHaveLength(2);
});

test("a process of a configuration that one worker refuses is ended again, and the one before runs on", async () => {
  const service = await startService();
  const [first] = await service.answers();
  service.write("refuse", "");
  service.write("config/integrations/ml_config.yaml", source("second"));
  expect(await service.reload()).toBe(422);
  await expect.poll(() => service.said(started).length, eventually).toBe(2);
  const refused = service.said(started)[1]!["pid"] as number;
  expect(refused).not.toBe(first!.pid);
  await expect.poll(() => isRunning(refused), eventually).toBe(false);
  expect(await service.answers()).toEqual([first]);
  expect(isRunning(first!.pid)).toBe(true);

  rmSync(join(service.folder, "refuse"));
  expect(await service.reload()).toBe(200);
  expect(await service.answers()).toMatchObject([{ mode: "second" }]);
});

test("what a worker wanted that never served is ended with it; what one held that did, when another serves", async () => {
  const service = await startService();
  const [first] = await service.answers();
  service.write("refuse", "");
  service.write("config/integrations/ml_config.yaml", source("second"));
  process.kill(await service.workerTwo(), "SIGKILL");
  await expect.poll(() => service.said(started).length, eventually).toBeGreaterThan(1);
  const refused = service.said(started)[1]!["pid"] as number;
  await expect.poll(() => isRunning(refused), eventually).toBe(false);
  expect(await service.answers()).toEqual([first]);
  rmSync(join(service.folder, "refuse"));
  await expect.poll(() => service.answers(), eventually).toMatchObject([{ mode: "second" }]);
  await expect.poll(() => isRunning(first!.pid), eventually).toBe(false);
});

test("a lazy one is started by the first worker that is asked", async () => {
  const service = await startService({
    "config/integrations/ml_config.yaml": source("lazy", "start: lazy"),
  });
  await service.workers();
  expect(service.said(started)).toEqual([]);
  expect(await service.answers()).toMatchObject([{ mode: "lazy" }]);
  expect(service.said(started)).toHaveLength(1);
});

test("one that cannot start: every worker says so at once, and the log once", async () => {
  const service = await startService({
    "model.cjs": `console.error("no weights"); process.exit(2);`,
    "config/integrations/ml_config.yaml": source("first", "restart: never"),
  });
  const answers = (await service.answers()) as unknown as readonly { readonly code: string }[];
  expect(new Set(answers.map(({ code }) => code))).toEqual(new Set(["MODEL_NOT_READY"]));
  expect(service.said("A model server does not run.")).toMatchObject([
    { reason: "before it was ready, it ended with code 2", lines: ["no weights"] },
  ]);
  expect(await service.ready()).toBe(503);
});
