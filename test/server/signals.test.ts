import { Agent } from "node:http";
import { join } from "node:path";
import { writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { isRunning } from "../connections/process/is-running.js";
import { ask } from "./load-generator.js";
import { builtModule, startedService } from "./started-service.js";

const script = `
import { runServer } from ${builtModule("server/run-server.js")};
import { loadEnv } from ${builtModule("host/load-env.js")};
loadEnv();
const slow = async (app) => void app.get("/slow", () => new Promise((done) => setTimeout(done, 20, { ok: "x".repeat(20000) })));
const { url } = await runServer({ plugins: [slow] });
process.stderr.write(url + "\\n");
`;
const domain = (value: number) => `endpoints: { version: { response_mapping: { value: ${value} } } }\n`;

async function startChild(more: Readonly<Record<string, string>> = {}) {
  const started = await startedService({
    "run.mjs": script,
    "config/config.yaml":
      "server: { host: 127.0.0.1, port: 0 }\nadmin: false\nlogging: { level: info, format: json, file: logs/app.log }\n",
    "config/domains/shop.yaml": domain(1),
    ...more,
  });
  return { ...started, url: started.greeting };
}

test("SIGTERM under load drops no response: all that was accepted is answered in full", async () => {
  const child = await startChild();
  let answered = 0;
  let signalled = false;
  const failures: string[] = [];
  const client = async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (;;) {
      try {
        const { isLast } = await ask(`${child.url}/slow`, agent);
        answered++;
        if (isLast) return;
      } catch (error) {
        if (!signalled || !isNotAccepted(error)) failures.push(String(error));
        return;
      }
    }
  };
  const clients = Promise.all(Array.from({ length: 30 }, client));
  await expect.poll(() => answered, { timeout: 50_000 }).toBeGreaterThan(100);
  signalled = true;
  child.signal("SIGTERM");
  await clients;
  expect(failures).toEqual([]);
  expect(await child.exit).toBe(0);
  const requests = child.log().filter(({ msg }) => msg === "request");
  // Each request that reached the service has a line there, and a client that got its whole reply.
  expect(requests).toHaveLength(answered);
  expect(requests.every(({ status }) => status === 200)).toBe(true);
  expect(child.log().at(-1)!["msg"]).toBe("Stopped; everything was answered.");
});

/** The service had stopped, or had closed the connection while the request was on its way. */
function isNotAccepted(error: unknown): boolean {
  return ["ECONNREFUSED", "ECONNRESET"].includes(String((error as NodeJS.ErrnoException).code));
}

test("SIGHUP reloads: files, .env and the level of the log", async () => {
  const child = await startChild({
    ".env": "SHOP_NAME=First\nLOG_LEVEL=info\n",
    "config/domains/shop.yaml":
      'endpoints: { version: { response_mapping: { value: "${SHOP_NAME:-none}" } } }\n',
  });
  const value = async () => {
    const reply = await fetch(`${child.url}/orchestrator/shop/version`);
    return ((await reply.json()) as { value: string }).value;
  };
  expect(await value()).toBe("First");
  writeFileSync(join(child.folder, ".env"), "SHOP_NAME=Second\nLOG_LEVEL=warn\n");
  child.signal("SIGHUP");
  await expect.poll(value, { timeout: 50_000 }).toBe("Second");
  const lines = child.log().length;
  await value();
  expect(child.log()).toHaveLength(lines);
  writeFileSync(join(child.folder, ".env"), "");
  child.signal("SIGHUP");
  await expect.poll(value, { timeout: 50_000 }).toBe("none");
  child.signal("SIGTERM");
  expect(await child.exit).toBe(0);
});

test.each([
  { signal: "SIGTERM", starting: 1 },
  { signal: "SIGINT", starting: 2 },
] as const)(
  "$signal while worker $starting still starts ends the workers and what runs for them, with exit code 0",
  async ({ signal, starting }) => {
    const child = await startedService({
      "run.mjs": `
import { runServer } from ${builtModule("server/run-server.js")};
const slow = async () => {
  if (process.env.ORCHESTRATOR_WORKER !== "${starting}") return;
  process.stderr.write(String(process.pid));
  await new Promise(() => setInterval(() => undefined, 1_000));
};
await runServer({ plugins: [slow] });
`,
      "model.cjs": `require("node:http").createServer((_, reply) => reply.end("{}")).listen(process.argv[2], "127.0.0.1")`,
      "config/config.yaml":
        "server: { host: 127.0.0.1, port: 0, workers: 2 }\nadmin: false\nlogging: { format: json }\n",
      "config/integrations/ml_config.yaml": `ml:
  sources:
    default: { type: process, command: [${JSON.stringify(process.execPath)}, model.cjs, "{port}"], ready: { path: / } }
`,
      "config/domains/shop.yaml":
        "endpoints: { ask: { data_sources: [{ name: it, type: ml, params: { features: { a: 1 } } }] } }\n",
    });
    const model = () => child.log().find(({ msg }) => msg === "A model server was started.")?.["pid"];
    await expect.poll(model, { timeout: 30_000 }).toEqual(expect.any(Number));
    child.signal(signal);
    expect(await child.exit).toBe(0);
    const said = child.log().map(({ msg }) => String(msg));
    expect(said.filter((each) => each.startsWith(signal))).toHaveLength(1);
    expect(said.at(-1)).toBe("Stopped; everything was answered.");
    expect([model() as number, Number(child.greeting)].map(isRunning)).toEqual([false, false]);
  },
);
