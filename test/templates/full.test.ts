import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { initProject } from "../../src/cli/init-project.js";
import { runCommand, setVariables, temporaryFolder } from "../cli/run-command.js";
import { firstAnswer, freePort, generatedProject, startScript } from "./started-project.js";

// Whole processes start here, which takes long on a busy machine.
vi.setConfig({ testTimeout: 90_000 });

const environments = ["development", "staging", "production"];

const common = [
  ".env",
  ".env.example",
  ".gitignore",
  "README.md",
  "data/.gitkeep",
  "data/crm.sql",
  "data/sample.sql",
  "data/schema.sql",
  "logs/",
  "package.json",
  "run.ts",
  "scripts/backup-config.ts",
  "scripts/reload-config.ts",
  "tests/postman/.gitkeep",
];
const configuration = [
  "config.yaml",
  "database.yaml",
  "domains/customers/customers.yaml",
  "domains/customers/database.yaml",
  "domains/customers/integrations/api_sources.yaml",
  "domains/customers/integrations/ml_config.yaml",
  "domains/orders.yaml",
  "domains/products.yaml",
  "integrations/api_sources.yaml",
  "integrations/feast_config.yaml",
  "integrations/ml_config.yaml",
];

test("the full template is exactly the recommended tree", () => {
  const { made } = initProject({ folder: temporaryFolder(), template: "full" });
  expect([...made].sort()).toEqual([...common, ...configuration.map((path) => `config/${path}`)].sort());
});

test("with environments it has config/base and what each environment changes", () => {
  const { made } = initProject({ folder: temporaryFolder(), template: "full", environments: true });
  const overlays = environments.flatMap((name) => [
    `config/${name}/config.yaml`,
    `config/${name}/database.yaml`,
  ]);
  const base = configuration.map((path) => `config/base/${path}`);
  expect([...made].sort()).toEqual([...common, ...base, ...overlays].sort());
});

test("only the full template has environments", async () => {
  const { code, stderr } = await runCommand(temporaryFolder(), "init", "--environments");
  expect(code).toBe(2);
  expect(stderr).toContain("Write `--template full --environments`.");
});

test("it has no problem, not even a note", async () => {
  const { code, stdout } = await runCommand(generatedProject("full"), "check");
  expect(stdout).toBe("");
  expect(code).toBe(0);
});

test.each(environments)("with environments, %s has no problem, not even a note", async (name) => {
  setVariables({ ENVIRONMENT: name });
  const { code, stdout } = await runCommand(generatedProject("full", true), "check");
  expect(stdout).toBe("");
  expect(code).toBe(0);
});

test("its .env.example is enough to check it", async () => {
  const { code } = await runCommand(generatedProject("full"), "check", "--env-file", ".env.example");
  expect(code).toBe(0);
});

test("run.ts serves every route at the port that it is told, and ends with 0 at SIGTERM", async () => {
  const folder = generatedProject("full");
  const port = await freePort();
  const service = startScript(folder, "run.ts", ["--port", String(port)]);
  const api = `http://127.0.0.1:${port}/orchestrator`;
  const product = await firstAnswer(`${api}/products/1?currency=USD`, service);
  expect(await product.json()).toEqual({
    id: 1,
    name: "Teapot",
    in_stock: true,
    currency: "USD",
    price: 26.46,
  });
  expect(product.headers.get("x-orchestrator-complete")).toBe("true");
  expect(await json(`${api}/products`)).toMatchObject({ count: 3 });
  expect(await json(`${api}/products/1`)).toMatchObject({ currency: "EUR", price: 24.5 });
  expect(await json(`${api}/orders?customer_id=7`)).toMatchObject({ orders: [{ product: "Cup" }, {}] });
  expect(await json(`${api}/customers/7/profile`)).toMatchObject({
    name: "Ada Lovelace",
    orders: [{ product: "Cup" }, { product: "Teapot" }],
  });
  expect((await placeOrder(api, { customer_id: 7, product_id: 1, quantity: 2 })).status).toBe(201);
  expect((await placeOrder(api, { customer_id: 7, product_id: 3, quantity: 1 })).status).toBe(409);
  expect((await placeOrder(api, { customer_id: 7, product_id: 99, quantity: 1 })).status).toBe(404);
  service.child.kill("SIGTERM");
  expect(await service.ended).toBe(0);
  expect(existsSync(join(folder, "data/local.db"))).toBe(true);
});

test("run.ts lays the environment over base, in which production has no sample rows", async () => {
  const folder = generatedProject("full", true);
  const port = await freePort();
  const service = startScript(folder, "run.ts", ["--port", String(port)], { ENVIRONMENT: "production" });
  const reply = await firstAnswer(`http://127.0.0.1:${port}/orchestrator/products`, service);
  expect(await reply.json()).toEqual({ count: 0, products: [] });
  expect((await fetch(`http://127.0.0.1:${port}/docs`)).status).toBe(404);
  expect(existsSync(join(folder, "data/production.db"))).toBe(true);
  service.child.kill("SIGTERM");
  expect(await service.ended).toBe(0);
});

test("run.ts reads .env of its own folder, from wherever it is started", async () => {
  const folder = generatedProject("full");
  const service = startScript(temporaryFolder(), join(folder, "run.ts"), ["--port", "0"], {
    LOG_LEVEL: "info",
  });
  const url = await listening(service.printed);
  expect((await fetch(`${url}/livez`)).status).toBe(200);
});

test("run.ts tells every problem of a configuration, and does not start", async () => {
  const folder = generatedProject("full");
  const service = startScript(folder, "run.ts", ["--port", "0"], { RATES_API_TOKEN: "" });
  expect(await service.ended).toBe(1);
  expect(service.printed.stderr).toContain("config/integrations/api_sources.yaml:");
  expect(service.printed.stderr).toContain("VARIABLE_UNSET");
  expect(service.printed.stderr).not.toContain("    at ");
});

test("scripts/backup-config.ts writes a backup of the project, from wherever it is started", async () => {
  const folder = generatedProject("full");
  const script = startScript(temporaryFolder(), join(folder, "scripts/backup-config.ts"));
  expect(await script.ended).toBe(0);
  expect(existsSync(join(folder, script.printed.stdout.trim()))).toBe(true);
});

test("its scripts name files that exist and commands that there are", async () => {
  const folder = generatedProject("full");
  const { scripts } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
    scripts: Record<string, string>;
  };
  expect(Object.keys(scripts)).toEqual(expect.arrayContaining(["start", "check", "backup", "reload"]));
  for (const [program, first, second] of Object.values(scripts).map((line) => line.split(" "))) {
    if (program === "tsx") expect(existsSync(join(folder, first!))).toBe(true);
    else {
      const words = first === "export" ? [first, second!] : [first!];
      expect((await runCommand(folder, ...words, "--help")).code).toBe(0);
    }
  }
});

async function json(url: string): Promise<unknown> {
  return (await fetch(url)).json();
}

function placeOrder(api: string, order: object): Promise<Response> {
  const headers = { "content-type": "application/json" };
  return fetch(`${api}/orders`, { method: "POST", headers, body: JSON.stringify(order) });
}

async function listening(printed: { readonly stdout: string }): Promise<string> {
  for (;;) {
    const url = /http:\/\/[\w.]+:\d+/.exec(printed.stdout)?.[0];
    if (url !== undefined) return url;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
