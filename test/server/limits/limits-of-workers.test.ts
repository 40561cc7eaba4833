import { Agent, request } from "node:http";
import { join } from "node:path";
import { writeFileSync } from "node:fs";
import { expect, test, vi } from "vitest";
import { builtModule, startedService, type StartedService } from "../started-service.js";

/** Each test starts several processes. */
vi.setConfig({ testTimeout: 120_000 });

const script = `
import { runServer } from ${builtModule("server/run-server.js")};
import { loadEnv } from ${builtModule("host/load-env.js")};
loadEnv();
const server = await runServer();
if (process.env.ORCHESTRATOR_WORKER === undefined) process.stderr.write(server.url + " " + server.adminUrl + "\\n");
`;
const config = `server: { host: 127.0.0.1, port: 0, workers: 2, shutdown_timeout: 5s }
admin: { port: 0, token: "\${ADMIN_TOKEN}" }
logging: { format: json }
`;
const domain = (limit = 30) => `endpoints:
  early: { rate_limit: { limit: ${limit}, per: 1h }, response_mapping: 1 }
  late:
    request: { headers: { x-tenant: { type: string } } }
    rate_limit: { limit: 5, per: 1h, by: "$request.headers['x-tenant']" }
    response_mapping: 1
  free: { response_mapping: 1 }
`;

interface Reply {
  readonly status: number;
  readonly remaining: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

interface Service extends StartedService {
  get(path: string, headers?: Record<string, string>, agent?: Agent): Promise<Reply>;
  /** So many requests at once, each on a connection of its own: they reach all workers. */
  burst(count: number, path: string, headers?: Record<string, string>): Promise<readonly Reply[]>;
  workersAsked(): ReadonlySet<unknown>;
  admin(method: string, path: string): Promise<{ readonly workers: readonly { readonly pid: number }[] }>;
}

async function startService(): Promise<Service> {
  const started = await startedService({
    "run.mjs": script,
    ".env": "ADMIN_TOKEN=let-me-in\n",
    "config/config.yaml": config,
    "config/domains/shop.yaml": domain(),
  });
  const [url, adminUrl] = started.greeting.split(" ") as [string, string];
  const get: Service["get"] = (path, headers = {}, agent) => {
    return new Promise((resolve, reject) => {
      const sent = request(
        `${url}/orchestrator/shop/${path}`,
        { agent: agent ?? false, headers },
        (reply) => {
          let body = "";
          reply.on("data", (chunk) => (body += String(chunk)));
          reply.on("end", () => {
            const remaining = Number(reply.headers["ratelimit-remaining"]);
            resolve({ status: reply.statusCode!, remaining, headers: reply.headers, body });
          });
        },
      );
      sent.on("error", reject);
      sent.end();
    });
  };
  return {
    ...started,
    get,
    burst: (count, path, headers) => Promise.all(Array.from({ length: count }, () => get(path, headers))),
    workersAsked: () =>
      new Set(started.log().flatMap(({ msg, worker }) => (msg === "request" ? [worker] : []))),
    async admin(method, path) {
      const headers = { authorization: "Bearer let-me-in" };
      const reply = await fetch(adminUrl + path, { method, headers });
      return (await reply.json()) as { readonly workers: readonly { readonly pid: number }[] };
    },
  };
}

const passed = (replies: readonly Reply[]) => replies.filter(({ status }) => status === 200);

test("two workers answer together as many as the limit says, and each reply says how its caller stands", async () => {
  const { burst, workersAsked } = await startService();
  const replies = await burst(80, "early");
  expect(passed(replies)).toHaveLength(30);
  const left = passed(replies).map(({ remaining }) => remaining);
  expect(left.sort((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, index) => index));
  expect(replies.find(({ status }) => status === 429)?.headers).toMatchObject({
    "ratelimit-limit": "30",
    "ratelimit-remaining": "0",
    "ratelimit-reset": "3600",
    "retry-after": "3600",
  });
  for (const tenant of ["a", "b"])
    expect(passed(await burst(20, "late", { "x-tenant": tenant }))).toHaveLength(5);
  expect(workersAsked()).toEqual(new Set([1, 2]));
});

test("the counts outlive a worker that dies, and a reload", async () => {
  const { burst, admin, folder } = await startService();
  expect(passed(await burst(20, "early"))).toHaveLength(20);
  const before = (await admin("GET", "/config")).workers.map(({ pid }) => pid);
  for (const pid of before) process.kill(pid, "SIGKILL");
  const replaced = async () =>
    (await admin("GET", "/config")).workers.filter(({ pid }) => !before.includes(pid));
  await expect.poll(async () => (await replaced()).length, { timeout: 60_000 }).toBe(2);
  expect(passed(await burst(20, "early"))).toHaveLength(10);
  writeFileSync(join(folder, "config/domains/shop.yaml"), domain(40));
  expect(await admin("POST", "/config/reload")).toMatchObject({ status: "reloaded" });
  expect(passed(await burst(60, "early")).length).toBeLessThanOrEqual(10);
});

test("while the parent does not answer, what has a limit is refused for the moment, and nothing else", async () => {
  const { get, signal } = await startService();
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  expect((await get("early", {}, agent)).remaining).toBe(29);
  signal("SIGSTOP");
  for (const path of ["early", "late"]) {
    const refused = await get(path, {}, agent);
    expect(refused).toMatchObject({ status: 503, headers: { "retry-after": "1" } });
    expect(JSON.parse(refused.body)).toMatchObject({ code: "RATE_LIMIT_UNAVAILABLE" });
  }
  expect((await get("free", {}, agent)).status).toBe(200);
  signal("SIGCONT");
  expect(await get("early", {}, agent)).toMatchObject({ status: 200, remaining: 27 });
  agent.destroy();
});
