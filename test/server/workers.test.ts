import { spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync, writeFileSync } from "node:fs";
import { Agent, request as send } from "node:http";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { temporaryFolder } from "../host/temporary-folder.js";
import { ask } from "./load-generator.js";
import { builtModule, startedService, type StartedService } from "./started-service.js";

/** Each test starts several processes. */
vi.setConfig({ testTimeout: 180_000 });

const script = `
import { runServer } from ${builtModule("server/run-server.js")};
import { loadEnv } from ${builtModule("host/load-env.js")};
loadEnv();
const own = async (app) => {
  app.get("/pid", async () => ({ pid: process.pid }));
  app.get("/slow", () => new Promise((done) => setTimeout(done, 50, { ok: true })));
};
const server = await runServer({ plugins: [own] });
if (process.env.ORCHESTRATOR_WORKER === undefined) process.stderr.write(server.url + " " + server.adminUrl + "\\n");
`;
const config = (more = "") =>
  `server: { host: 127.0.0.1, port: 0, workers: 2, shutdown_timeout: 5s }\nadmin: { port: 0, token: "\${ADMIN_TOKEN}" }\nlogging: { format: json }\n${more}`;
const domain = (value: string) => `endpoints: { version: { response_mapping: { value: "${value}" } } }\n`;

interface Service extends StartedService {
  readonly url: string;
  admin(
    method: string,
    path: string,
    body?: object,
  ): Promise<{ status: number; body: Record<string, never> }>;
  metric(name: string): Promise<number>;
  pids(): Promise<readonly number[]>;
  /** What each of many new connections gets: they reach all workers. */
  versions(): Promise<ReadonlySet<string>>;
  write(path: string, text: string): void;
}

async function startService(more: Readonly<Record<string, string>> = {}): Promise<Service> {
  const started = await startedService({
    "run.mjs": script,
    ".env": "ADMIN_TOKEN=let-me-in\nSHOP_NAME=first\n",
    "config/config.yaml": config(),
    "config/domains/shop.yaml": domain("${SHOP_NAME}"),
    ...more,
  });
  const [url, adminUrl] = started.greeting.split(" ") as [string, string];
  const admin: Service["admin"] = async (method, path, body) => {
    const headers = { authorization: "Bearer let-me-in" };
    const reply = await fetch(adminUrl + path, {
      method,
      headers,
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: reply.status, body: (await reply.json()) as Record<string, never> };
  };
  return {
    ...started,
    url,
    admin,
    async metric(name) {
      const text = await (await fetch(`${adminUrl}/metrics`)).text();
      const found = text.split("\n").find((each) => each.startsWith(`${name} `));
      return found === undefined ? NaN : Number(found.slice(name.length + 1));
    },
    async pids() {
      const { workers } = (await admin("GET", "/config")).body as unknown as { workers: { pid: number }[] };
      return workers.map(({ pid }) => pid);
    },
    async versions() {
      const replies = Array.from({ length: 12 }, () =>
        fresh<{ value: string }>(`${url}/orchestrator/shop/version`),
      );
      return new Set((await Promise.all(replies)).map(({ value }) => value));
    },
    write: (path, text) => writeFileSync(join(started.folder, path), text),
  };
}

/** One request on a connection of its own. */
function fresh<Body>(url: string): Promise<Body> {
  return new Promise((done, reject) => {
    const sent = send(url, { agent: false }, (response) => {
      let body = "";
      response.on("data", (chunk) => (body += String(chunk)));
      response.on("end", () => done(JSON.parse(body) as Body));
    });
    sent.on("error", reject);
    sent.end();
  });
}

test("two workers share the port; the parent answers for both, and its log and numbers tell them apart", async () => {
  const service = await startService();
  const pids = await service.pids();
  expect(pids).toHaveLength(2);
  const answered = Array.from({ length: 20 }, () => fresh<{ pid: number }>(`${service.url}/pid`));
  expect(new Set((await Promise.all(answered)).map(({ pid }) => pid))).toEqual(new Set(pids));
  expect(await service.metric("orchestrator_workers")).toBe(2);
  expect(await service.metric("orchestrator_worker_restarts_total")).toBe(0);
  expect(await service.metric('orchestrator_requests_total{method="GET",route="/pid",status="200"}')).toBe(
    20,
  );
  expect((await service.admin("GET", "/readyz")).body).toEqual({ status: "ready" });
  expect((await service.admin("GET", "/sources")).body).toEqual({ sources: [] });
  expect((await service.admin("POST", "/cache/purge", { tags: ["a"] })).body).toEqual({
    purged: 0,
    tags: ["a"],
  });
  const requests = service.log().filter(({ msg }) => msg === "request");
  expect(new Set(requests.map(({ worker }) => worker))).toEqual(new Set([1, 2]));
  service.signal("SIGTERM");
  expect(await service.exit).toBe(0);
});

test("a worker that is killed under load fails at most what it had begun, and is replaced", async () => {
  const service = await startService();
  const before = await service.pids();
  const failures: string[] = [];
  let answered = 0;
  let isOver = false;
  const clients = Array.from({ length: 20 }, async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    while (!isOver) {
      await ask(`${service.url}/slow`, agent).then(
        () => answered++,
        (error: Error) => failures.push(error.message),
      );
    }
    agent.destroy();
  });
  await expect.poll(() => answered, { timeout: 30_000 }).toBeGreaterThan(100);
  process.kill(before[1]!, "SIGKILL");
  await expect
    .poll(() => service.pids(), { timeout: 30_000 })
    .toSatisfy((pids: number[]) => {
      return pids.length === 2 && pids.includes(before[0]!) && !pids.includes(before[1]!);
    });
  const replaced = answered;
  await expect.poll(() => answered, { timeout: 30_000 }).toBeGreaterThan(replaced + 50);
  isOver = true;
  await Promise.all(clients);
  // Twenty connections, about half of them on the worker that died, each with one request.
  expect(failures.length).toBeLessThanOrEqual(20);
  expect(await service.metric("orchestrator_worker_restarts_total")).toBe(1);
  expect(service.log().find(({ msg }) => msg === "A worker ended; it is replaced.")).toMatchObject({
    worker: 2,
    how: "SIGKILL",
  });
  service.signal("SIGTERM");
  expect(await service.exit).toBe(0);
});

test("a caller whose connection a dying worker had not taken is told so, and does not wait", async () => {
  const service = await startService();
  process.kill((await service.pids())[0]!, "SIGKILL");
  const asked = Array.from({ length: 12 }, () => fresh(`${service.url}/pid`));
  const outcomes = await Promise.allSettled(asked);
  const failures = outcomes.flatMap((each) => (each.status === "rejected" ? [String(each.reason)] : []));
  expect(failures.length).toBeLessThanOrEqual(1);
  expect(failures.every((each) => each.includes("ECONNRESET") || each.includes("hang up"))).toBe(true);
});

test("a reload reaches all workers or none, .env included; a replaced worker serves what the others do", async () => {
  const service = await startService();
  expect(await service.versions()).toEqual(new Set(["first"]));
  service.write(".env", "ADMIN_TOKEN=let-me-in\nSHOP_NAME=second\n");
  expect(await service.admin("POST", "/config/reload")).toMatchObject({
    status: 200,
    body: { status: "reloaded" },
  });
  expect(await service.versions()).toEqual(new Set(["second"]));
  expect((await service.admin("POST", "/config/reload")).body).toMatchObject({ status: "unchanged" });

  service.write("config/domains/shop.yaml", "endpoints: { version: { nonsense: 1 } }\n");
  const refused = await service.admin("POST", "/config/reload");
  expect(refused).toMatchObject({ status: 422, body: { code: "RELOAD_REFUSED", generation: 2 } });
  const problems = refused.body["problems"] as unknown as readonly { readonly code: string }[];
  expect(problems.map(({ code }) => code)).toEqual(["CONFIG_KEY_UNKNOWN", "ENDPOINT_EMPTY"]);
  expect(await service.versions()).toEqual(new Set(["second"]));

  service.write("config/domains/shop.yaml", domain("third"));
  service.signal("SIGHUP");
  await expect.poll(() => service.versions(), { timeout: 20_000 }).toEqual(new Set(["third"]));
  service.write("config/config.yaml", config().replace("workers: 2", "workers: 3"));
  expect((await service.admin("POST", "/config/reload")).body).toMatchObject({
    needs_restart: ["server.workers"],
  });

  // A worker that is replaced reads the newest files; the others follow it.
  service.write("config/domains/shop.yaml", domain("fourth"));
  process.kill((await service.pids())[0]!, "SIGKILL");
  await expect.poll(() => service.versions(), { timeout: 30_000 }).toEqual(new Set(["fourth"]));
});

test("where one worker refuses, none serves what the others would have", async () => {
  const service = await startService({
    "run.mjs": script.replace(
      "const own = async (app) => {",
      'import { existsSync } from "node:fs";\nconst own = async (app) => {\n  if (process.env.ORCHESTRATOR_WORKER === "2" && existsSync("refuse")) throw new Error("I will not.");',
    ),
  });
  service.write("refuse", "");
  service.write(".env", "ADMIN_TOKEN=let-me-in\nSHOP_NAME=second\n");
  expect((await service.admin("POST", "/config/reload")).status).toBe(422);
  expect(await service.versions()).toEqual(new Set(["first"]));
  rmSync(join(service.folder, "refuse"));
  expect((await service.admin("POST", "/config/reload")).status).toBe(200);
  expect(await service.versions()).toEqual(new Set(["second"]));
});

test("a worker that cannot start is tried again with longer and longer pauses, while the others serve", async () => {
  const service = await startService();
  service.write("config/domains/shop.yaml", "nonsense: 1\n");
  process.kill((await service.pids())[1]!, "SIGKILL");
  const pauses = () =>
    service.log().flatMap(({ pause_ms: pauseMs }) => (pauseMs === undefined ? [] : [pauseMs]));
  await expect.poll(pauses, { timeout: 30_000 }).toEqual([200, 400, 800]);
  expect(await service.versions()).toEqual(new Set(["first"]));
  expect(service.log().some(({ code }) => code === "CONFIG_KEY_UNKNOWN")).toBe(true);
  service.write("config/domains/shop.yaml", domain("mended"));
  await expect.poll(() => service.versions(), { timeout: 30_000 }).toEqual(new Set(["mended"]));
  service.signal("SIGINT");
  expect(await service.exit).toBe(0);
});

test("a parent that is killed leaves no worker behind", async () => {
  const service = await startService();
  const pids = await service.pids();
  service.signal("SIGKILL");
  await service.exit;
  const alive = () => pids.filter((pid) => isAlive(pid));
  await expect.poll(alive, { timeout: 10_000 }).toEqual([]);
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test("a project with an error starts no worker, and a port that is taken ends all", async () => {
  const first = await startService();
  const folder = temporaryFolder({
    "run.mjs": script,
    ".env": "ADMIN_TOKEN=let-me-in\n",
    "config/config.yaml": config().replace("port: 0, workers", `port: ${new URL(first.url).port}, workers`),
    "config/domains/shop.yaml": domain("it"),
  });
  const run = async () => {
    const child = spawn(process.execPath, ["run.mjs"], { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
    let printed = "";
    child.stderr.on("data", (chunk) => (printed += String(chunk)));
    const [code] = (await once(child, "close")) as [number];
    return { code, printed };
  };
  const taken = await run();
  expect(taken.code).toBe(1);
  expect(taken.printed).toContain("is in use by another program");
  writeFileSync(join(folder, "config/domains/shop.yaml"), "nonsense: 1\n");
  const wrong = await run();
  expect(wrong.code).toBe(1);
  expect(wrong.printed).toContain('There is no key "nonsense" here.');
});
