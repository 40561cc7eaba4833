import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, test, vi } from "vitest";
import { runCommand } from "../cli/run-command.js";
import { firstAnswer, startScript } from "../templates/started-project.js";
import { filesBelow, markedDemo, type MarkedDemo } from "./marked-demo.js";

vi.setConfig({ testTimeout: 180_000 });

test("no secret of .env is in anything that comes out of the demo", async () => {
  const demo = await markedDemo();
  const service = startScript(demo.folder, "run.ts", [], {
    LOG_LEVEL: "trace",
    ADMIN_PORT: String(demo.adminPort),
  });
  await firstAnswer(`http://127.0.0.1:${demo.port}/livez`, service);
  const out = new Map<string, string>();
  for (const [title, text] of await askEverything(demo)) out.set(title, text);
  for (const [title, text] of await runEverything(demo)) out.set(title, text);
  await breakConfiguration(demo, out);
  service.child.kill("SIGTERM");
  await service.ended;
  out.set("stdout of the service", service.printed.stdout);
  out.set("stderr of the service", service.printed.stderr);
  for (const path of writtenFiles(demo.folder)) out.set(path, readWritten(path));
  expect(out.get("stdout of the service")).toContain("/orchestrator/failing/fail");
  const found = [...out].filter(([, text]) => demo.needles.some((needle) => text.includes(needle)));
  expect(found.map(([title, text]) => `${title}: ${around(text, demo.needles)}`)).toEqual([]);
});

/** Every route, and every way to fail that a caller has; the admin listener with and without its token. */
async function askEverything({ port, adminPort, adminToken }: MarkedDemo): Promise<Map<string, string>> {
  const api = `http://127.0.0.1:${port}`;
  const admin = `http://127.0.0.1:${adminPort}`;
  const json = { "content-type": "application/json" };
  const bearer = { authorization: `Bearer ${adminToken}` };
  const requests: [string, RequestInit?][] = [
    ...[...routes, ...failures].map((path): [string] => [api + path]),
    [`${api}/orchestrator/flights/1/notes`, { method: "POST", headers: json, body: '{"text":"Coffee"}' }],
    [`${api}/orchestrator/flights/1/notes`, { method: "POST", headers: json, body: "{" }],
    [`${api}/orchestrator/flights/1/notes`, { method: "POST", headers: json, body: '{"text":1}' }],
    [`${api}/orchestrator/flights/1`, { method: "DELETE" }],
    ...adminPaths.flatMap((path): [string, RequestInit?][] => [
      [admin + path],
      [admin + path, { headers: { authorization: "Bearer wrong" } }],
      [admin + path, { headers: bearer }],
    ]),
    [`${admin}/config/reload`, { method: "POST", headers: bearer }],
  ];
  const out = new Map<string, string>();
  for (const [url, init] of requests) {
    const reply = await fetch(url, init);
    const headers = JSON.stringify(Object.fromEntries(reply.headers));
    out.set(
      `${out.size} ${init?.method ?? "GET"} ${url}`,
      `${reply.status} ${headers} ${await reply.text()}`,
    );
  }
  const statuses = [...out.values()].map((text) => text.slice(0, 3));
  for (const status of ["200", "201", "400", "401", "404", "405", "502"]) expect(statuses).toContain(status);
  return out;
}

const routes = [
  "/orchestrator/flights/DFW/LAX/outlook?hour=17&day_of_week=4",
  "/orchestrator/flights/routes/busiest",
  "/orchestrator/flights/1",
  "/orchestrator/airports",
  "/orchestrator/airports/ORD?hours=true",
  "/orchestrator/airports/ORD/connections?hour=17",
  "/orchestrator/domains",
  "/orchestrator/domains/failing",
  "/openapi.json",
  "/docs",
  "/redoc",
  "/health",
  "/livez",
  "/readyz",
];
const failures = [
  "/orchestrator/failing/fail",
  "/orchestrator/failing/garbage",
  "/orchestrator/failing/vanish",
  "/orchestrator/failing/warehouse",
  "/orchestrator/flights/999999",
  "/orchestrator/flights/x",
  "/orchestrator/flights/DFW/LAX/outlook",
  "/nowhere",
];
const adminPaths = ["/livez", "/readyz", "/metrics", "/", "/config", "/sources", "/executions"];

/** Every command, those that fail too. */
async function runEverything({ folder }: MarkedDemo): Promise<Map<string, string>> {
  const commands = [
    "check",
    "check --json",
    "list --json",
    "explain failing.fail --json",
    "call flights.get -p flight_id=1 --trace",
    "call failing.fail --trace",
    "call failing.garbage --trace --json",
    "call failing.warehouse --trace",
    "config show",
    "config show --json",
    "config backup",
    "export openapi",
    "export postman --output tests/postman",
    "export schema",
    "doctor",
    "doctor --json",
    "version --json",
    "nonsense",
  ];
  const out = new Map<string, string>();
  for (const command of commands) {
    const { stdout, stderr } = await runCommand(folder, ...command.split(" "));
    expect(stdout + stderr, command).not.toBe("");
    out.set(command, stdout + stderr);
  }
  expect(out.get("config show")).toContain("***");
  return out;
}

/** Puts secrets where they do not fit, so that problems are worded about them, and has the service told to reload. */
async function breakConfiguration(
  { folder, adminPort, adminToken }: MarkedDemo,
  out: Map<string, string>,
): Promise<void> {
  const broken = [
    "server:\n  port: ${ADMIN_TOKEN}\n",
    "server:\n  shutdown_timeout: ${TENANT_SECRET}\n",
    "logging:\n  level: ${TRAFFIC_API_TOKEN}\n",
    "api:\n  prefix: ${WAREHOUSE_PASSWORD}\n",
    "app:\n  debug: ${UNUSED_API_KEY}\n",
    "app: ${UNUSED_API_KEY}\n",
    "config_version: ${ADMIN_TOKEN}\n",
  ];
  for (const text of broken) {
    writeFileSync(
      join(folder, "config/config.yaml"),
      `${text}admin:\n  port: ${adminPort}\n  token: \${ADMIN_TOKEN}\n`,
    );
    const { code, stdout, stderr } = await runCommand(folder, "check");
    expect(code, text).toBe(1);
    out.set(`check of ${text}`, stdout + stderr);
    const headers = { authorization: `Bearer ${adminToken}` };
    const reply = await fetch(`http://127.0.0.1:${adminPort}/config/reload`, { method: "POST", headers });
    expect(reply.status).toBe(422);
    out.set(`reload of ${text}`, await reply.text());
  }
}

/** What the service and the commands wrote: logs, backups, exports. */
function writtenFiles(folder: string): readonly string[] {
  const folders = readdirSync(folder).filter((name) => ["logs", "backups", "tests"].includes(name));
  expect(folders.sort()).toEqual(["backups", "logs", "tests"]);
  return folders.flatMap((name) => filesBelow(join(folder, name)));
}

function readWritten(path: string): string {
  const content = readFileSync(path);
  return (path.endsWith(".gz") ? gunzipSync(content) : content).toString("utf8");
}

function around(text: string, needles: readonly string[]): string {
  const at = Math.min(...needles.map((needle) => text.indexOf(needle)).filter((index) => index !== -1));
  return text.slice(Math.max(0, at - 100), at + 60);
}
