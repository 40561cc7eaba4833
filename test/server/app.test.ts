import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import pino from "pino";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { OrchestratorError } from "../../src/problems/orchestrator-error.js";
import { createApp } from "../../src/server/app.js";
import { runServer } from "../../src/server/run-server.js";
import type { App } from "../../src/server/assemble-app.js";

let folder: string;
let app: App | undefined;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "app-test-"))));
afterEach(async () => {
  await app?.close();
  app = undefined;
  rmSync(folder, { recursive: true });
});

function write(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

const shop = {
  "config/config.yaml": `
app: { name: Shop }
server: { host: 127.0.0.1, port: 0, shutdown_timeout: 2s }
logging: { level: info, format: json }
admin: false
`,
  "config/domains/customers.yaml": `
endpoints:
  greet:
    path: /greet/{customer_id}
    request:
      path_params: { customer_id: { type: integer } }
      query_params: { loud: { type: boolean, default: false }, tags: { type: array, items: { type: string } } }
    response_mapping: { id: $request.customer_id, loud: $request.loud, tags: $request.tags }
  create:
    method: POST
    path: /customers
    request:
      body: { type: object, required: [name], properties: { name: { type: string } } }
    response_mapping: { name: $request.name }
  inner:
    internal: true
    request:
      body: { type: object, properties: { n: { type: integer } } }
    response_mapping: { doubled: $request.n * 2 }
`,
};
const options = () => ({ workingFolder: folder, logger: pino({ level: "silent" }) });

describe("an app", () => {
  test("answers requests without a network", async () => {
    write(shop);
    app = await createApp(options());
    const reply = await app.inject({ method: "GET", url: "/orchestrator/greet/7?loud=true&tags=a&tags=b" });
    expect(reply.json()).toEqual({ id: 7, loud: true, tags: ["a", "b"] });
    expect(app.config.app.name).toBe("Shop");
  });

  test("refuses what does not fit, every value with its pointer", async () => {
    write(shop);
    app = await createApp(options());
    const reply = await app.inject("/orchestrator/greet/seven?loud=perhaps");
    expect(reply.statusCode).toBe(400);
    const { errors } = reply.json<{ errors: { pointer: string }[] }>();
    expect(errors.map(({ pointer }) => pointer).sort()).toEqual(["/path/customer_id", "/query/loud"]);
    const missing = await app.inject({ method: "POST", url: "/orchestrator/customers", payload: {} });
    expect(missing.statusCode).toBe(400);
  });

  test("calls endpoints directly, typed values and internal ones included", async () => {
    write(shop);
    app = await createApp(options());
    const request = { path_params: { customer_id: 7 }, query_params: { loud: true, tags: ["a"] } };
    expect(await app.call("customers.greet", request)).toEqual({ id: 7, loud: true, tags: ["a"] });
    expect(await app.call("customers.inner", { body: { n: 21 } })).toEqual({ doubled: 42 });
    await expect(app.call("customers.greet", { path_params: { customer_id: "x" } })).rejects.toMatchObject({
      code: "REQUEST_INVALID",
    });
    await expect(app.call("customers.great")).rejects.toMatchObject({ code: "ENDPOINT_UNKNOWN" });
  });

  test("is refused with every problem of its configuration", async () => {
    write({ ...shop, "config/config.yaml": "app: { nam: Shop }\nserver: { port: no }\n" });
    const error: unknown = await createApp(options()).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(OrchestratorError);
    expect((error as OrchestratorError).problems.map(({ code }) => code)).toEqual(
      expect.arrayContaining(["CONFIG_KEY_UNKNOWN", "CONFIG_TYPE_WRONG"]),
    );
  });

  test("listens where it is told to, and answers the real port", async () => {
    write(shop);
    app = await createApp(options());
    const url = await app.listen({ host: "127.0.0.1", port: 0 });
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:[1-9]\d*$/);
    expect((await fetch(`${url}/orchestrator/greet/7`)).status).toBe(200);
    expect(await app.close()).toBe(true);
    expect(await app.close()).toBe(true);
  });
});

describe("runServer", () => {
  test("refuses a level that is none", async () => {
    write(shop);
    await expect(runServer({ workingFolder: folder, logLevel: "loud" })).rejects.toMatchObject({
      code: "CONFIG_VALUE_UNKNOWN",
    });
  });

  test("stops when it is asked to", async () => {
    write(shop);
    const listeners = process.listenerCount("SIGTERM");
    const server = await runServer({ workingFolder: folder, logLevel: "silent" });
    expect((await fetch(`${server.url}/health`)).status).toBe(200);
    await server.stop();
    await server.stopped;
    await expect(fetch(`${server.url}/health`)).rejects.toThrow();
    expect(process.listenerCount("SIGTERM")).toBe(listeners);
  });

  test.each(["SIGTERM", "SIGINT"] as const)(
    "at %s answers what runs, loses no line, and exits with 0",
    async (signal) => {
      write(shop);
      const script = join(folder, "run.mjs");
      const module = JSON.stringify(resolve(import.meta.dirname, "../../dist/server/run-server.js"));
      writeFileSync(
        script,
        `import { runServer } from ${module};
const hold = async (app) => void app.get("/hold", () => new Promise((done) => setTimeout(() => done("held"), 300)));
void runServer({ workingFolder: ${JSON.stringify(folder)}, plugins: [hold] }).then(({ url }) => console.error(url));\n`,
      );
      const child = spawn(process.execPath, [script], {
        stdio: ["ignore", "pipe", "pipe"],
      });
      let log = "";
      child.stdout.on("data", (chunk) => (log += String(chunk)));
      const exit = new Promise((done) => child.once("exit", done));
      const url = await new Promise<string>((done) =>
        child.stderr.once("data", (chunk) => done(String(chunk).trim())),
      );
      const held = fetch(`${url}/hold`);
      await new Promise((done) => setTimeout(done, 100));
      child.kill(signal);
      expect(await (await held).text()).toBe("held");
      expect(await exit).toBe(0);
      const lines = log
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as Record<string, unknown>);
      expect(lines[0]).toMatchObject({ level: "info", url, environment: "development" });
      expect(lines.find(({ route }) => route === "/hold")).toMatchObject({ status: 200, method: "GET" });
      expect(lines.at(-1)!["msg"]).toBe("Stopped; everything was answered.");
    },
  );
});
