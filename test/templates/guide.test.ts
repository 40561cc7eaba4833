import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { createApp } from "../../src/server/app.js";
import { runCommand, setVariables, temporaryFolder } from "../cli/run-command.js";
import { firstAnswer, freePort, generatedProject, startScript } from "./started-project.js";

// Whole processes start here, which takes long on a busy machine.
vi.setConfig({ testTimeout: 90_000 });

test("config.yaml: name, description and version are those of the API", async () => {
  const app = await openFull();
  const { info } = (await app.inject("/openapi.json")).json() as { info: object };
  expect(info).toEqual({
    title: "Shop API",
    description: "Products, orders and customers",
    version: "1.0.0",
  });
});

test("config.yaml: host, port, logging and the paths of the API hold", async () => {
  setVariables({ PORT: "8123" });
  const folder = fullProject();
  change(folder, "config/config.yaml", "prefix: /orchestrator", "prefix: /shop");
  change(folder, "config/config.yaml", "docs_url: /docs", "docs_url: false");
  change(folder, "config/config.yaml", "level: info", "level: warn");
  const app = await open(folder);
  expect(app.config.server).toMatchObject({ host: "0.0.0.0", port: 8123 });
  expect(app.config.logging).toMatchObject({ level: "warn", rotate: { keep: 14 } });
  expect((await app.inject("/shop/products")).statusCode).toBe(200);
  expect((await app.inject("/docs")).statusCode).toBe(404);
});

test("database.yaml: its sources and operations are there for every domain", async () => {
  const app = await openFull();
  expect((await app.inject("/orchestrator/products")).json()).toMatchObject({ count: 3 });
  expect((await app.inject("/orchestrator/orders?customer_id=7")).statusCode).toBe(200);
});

test("a domain's folder: its database and its APIs are seen by that domain alone", async () => {
  const folder = fullProject();
  change(folder, "config/domains/orders.yaml", "operation: orders_of_customer", "operation: get_customer");
  const { code, stdout } = await runCommand(folder, "check");
  expect(code).toBe(1);
  expect(stdout).toContain("config/domains/orders.yaml");
  expect(stdout).toContain('"get_customer"');
  const { stdout: list } = await runCommand(fullProject(), "list");
  expect(list).toMatch(/customers\/database\.crm +database +customers /);
  expect(list).toMatch(/customers\/api\.order_service +api +customers /);
  expect(list).toMatch(/api\.exchange_rates +api +every domain /);
});

test("api_sources.yaml: address, credentials, timeout and retry reach the calls", async () => {
  const { stdout } = await runCommand(fullProject(), "explain", "products.get", "--json");
  const { steps } = JSON.parse(stdout) as { steps: object[] };
  expect(steps).toContainEqual(
    expect.objectContaining({
      name: "rate",
      source: "api.exchange_rates",
      attempts: 2,
      attemptTimeoutMs: 800,
    }),
  );
  const shown = (await runCommand(fullProject(), "config", "show")).stdout;
  expect(shown).toMatch(
    /token: "?\*\*\*"? # config\/integrations\/api_sources\.yaml:\d+, from RATES_API_TOKEN/,
  );
});

test("run.ts: without --port it is PORT's or 8000", async () => {
  const folder = fullProject();
  const { stdout } = await runCommand(folder, "config", "show");
  expect(stdout).toContain("port: 8000 # config/config.yaml:");
  const port = await freePort();
  const service = startScript(folder, "run.ts", [], { PORT: String(port) });
  expect((await firstAnswer(`http://127.0.0.1:${port}/livez`, service)).status).toBe(200);
});

test("run.ts --reload: a change of a file is taken up while it serves", async () => {
  const folder = fullProject();
  const port = await freePort();
  const service = startScript(folder, "run.ts", ["--port", String(port), "--reload"]);
  const url = `http://127.0.0.1:${port}/orchestrator/products`;
  expect((await firstAnswer(url, service)).status).toBe(200);
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  change(folder, "config/domains/products.yaml", "count: $products.length", "number: $products.length");
  await vi.waitFor(async () => expect(await (await fetch(url)).json()).toHaveProperty("number", 3), {
    timeout: 30_000,
    interval: 200,
  });
});

test("scripts/reload-config.ts has the running service take up a change, and tells why one is refused", async () => {
  const folder = fullProject();
  const [port, adminPort] = [await freePort(), await freePort()];
  appendFileSync(join(folder, ".env"), `ADMIN_PORT=${adminPort}\n`);
  const ports = { ADMIN_PORT: String(adminPort) };
  const service = startScript(folder, "run.ts", ["--port", String(port)], ports);
  const url = `http://127.0.0.1:${port}/orchestrator/products`;
  await firstAnswer(url, service);
  change(folder, "config/domains/products.yaml", "count: $products.length", "number: $products.length");
  const first = startScript(folder, "scripts/reload-config.ts", [], ports);
  expect(await first.ended, first.printed.stderr).toBe(0);
  expect(await (await fetch(url)).json()).toHaveProperty("number", 3);
  change(folder, "config/domains/products.yaml", "number: $products.length", "number: $produts.length");
  const second = startScript(folder, "scripts/reload-config.ts", [], ports);
  expect(await second.ended).toBe(1);
  expect(second.printed.stdout + second.printed.stderr).toContain("config/domains/products.yaml:");
  expect(await (await fetch(url)).json()).toHaveProperty("number", 3);
});

test("logs/: what is logged stands in a file too", async () => {
  const folder = fullProject();
  const port = await freePort();
  const service = startScript(folder, "run.ts", ["--port", String(port)]);
  await firstAnswer(`http://127.0.0.1:${port}/orchestrator/products`, service);
  service.child.kill("SIGTERM");
  expect(await service.ended).toBe(0);
  const lines = readFileSync(join(folder, "logs/app.log"), "utf8").trim().split("\n");
  const requests = lines.map((line) => JSON.parse(line) as object);
  expect(requests).toContainEqual(
    expect.objectContaining({ method: "GET", route: "/orchestrator/products", status: 200 }),
  );
});

test(".env: ORCHESTRATOR_CONFIG_PATH names the configuration, for commands and for run.ts", async () => {
  const folder = fullProject();
  const other = temporaryFolder();
  writeFileSync(join(other, "config.yaml"), "app:\n  name: Elsewhere\nadmin: false\n");
  appendFileSync(join(folder, ".env"), `ORCHESTRATOR_CONFIG_PATH=${other}\n`);
  expect((await runCommand(folder, "config", "show")).stdout).toContain("name: Elsewhere");
  const port = await freePort();
  const service = startScript(folder, "run.ts", ["--port", String(port)]);
  const reply = await firstAnswer(`http://127.0.0.1:${port}/openapi.json`, service);
  expect(await reply.json()).toMatchObject({ info: { title: "Elsewhere" } });
});

test(".env: DB_PASSWORD goes into a connection string, and is shown to nobody", async () => {
  const folder = fullProject();
  const url = "postgresql://shop:${DB_PASSWORD}@db:5432/shop";
  change(folder, "config/database.yaml", "sqlite:///data/local.db", url);
  change(folder, "config/database.yaml", /^ +init_sql:\n.*\n.*\n/m, "");
  appendFileSync(join(folder, ".env"), "DB_PASSWORD=secure_password\n");
  const { stdout } = await runCommand(folder, "config", "show");
  expect(stdout).toContain("connection_string: postgresql://shop:***@db:5432/shop # ");
  expect((await runCommand(folder, "check")).code).toBe(0);
});

test("config/<environment> as the path picks up config/base", async () => {
  const folder = generatedProject("full", true);
  change(folder, ".env", "ENVIRONMENT=development\n", "");
  setVariables({ CONFIG_PATH: "config/staging" });
  const { stdout } = await runCommand(folder, "config", "show");
  expect(stdout).toContain('# Environment "staging": the configuration path points at it.');
  expect(stdout).toContain("name: Shop API # config/base/config.yaml:");
  expect(stdout).toContain("level: debug # config/staging/config.yaml:");
});

test("ENVIRONMENT is development where nobody sets it", async () => {
  const folder = generatedProject("full", true);
  change(folder, ".env", "ENVIRONMENT=development\n", "");
  const { stdout } = await runCommand(folder, "config", "show");
  expect(stdout).toContain("debug: true # config/development/config.yaml:");
});

test("domains are separate: one more file is one more domain, and a mistake in one is told of that one", async () => {
  const folder = fullProject();
  writeFileSync(
    join(folder, "config/domains/returns.yaml"),
    "endpoints:\n  list:\n    response_mapping: { returns: $orders }\n",
  );
  const { stdout } = await runCommand(folder, "check");
  expect(stdout).toContain("config/domains/returns.yaml:3:");
  expect(stdout).not.toContain("config/domains/orders.yaml");
});

function fullProject(): string {
  return generatedProject("full");
}

async function openFull() {
  return open(fullProject());
}

async function open(folder: string) {
  setVariables({ RATES_API_TOKEN: "any" });
  expect(existsSync(join(folder, "config/config.yaml"))).toBe(true);
  const app = await createApp({ configPath: join(folder, "config"), logLevel: "silent" });
  onTestFinished(async () => void (await app.close()));
  return app;
}

function change(folder: string, path: string, from: string | RegExp, to: string): void {
  const text = readFileSync(join(folder, path), "utf8");
  const changed = text.replace(from, () => to);
  expect(changed, path).not.toBe(text);
  writeFileSync(join(folder, path), changed);
}
