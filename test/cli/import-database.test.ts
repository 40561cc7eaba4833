import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadProject, openService } from "../../src/service.js";
import { projectOf, runCommand } from "./run-command.js";

const schema = `CREATE TABLE customers (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  "Credit Limit" DECIMAL(10, 2),
  is_active BOOLEAN NOT NULL,
  photo BLOB
);
CREATE TABLE order_lines (order_id INTEGER, line INTEGER, note TEXT, PRIMARY KEY (order_id, line));
CREATE TABLE log (message TEXT);
`;

function project(): string {
  return projectOf({
    "schema.sql": schema,
    "config/config.yaml": "app: { name: shop }\n",
    "config/database.yaml":
      "# ours\ndatabase:\n  sources:\n    default: { connection_string: sqlite:///data/shop.db, init_sql: schema.sql }\n",
  });
}

async function call(folder: string, endpoint: string, ...args: readonly string[]): Promise<unknown> {
  const { stdout } = await runCommand(folder, "call", endpoint, ...args, "--json");
  const { body } = JSON.parse(stdout) as { body: unknown };
  return body;
}

test("the domains that are written pass `check` and work at once", async () => {
  const folder = project();
  const { code, stdout } = await runCommand(folder, "import", "database", "default");
  expect(code).toBe(0);
  expect(stdout).toContain("customers: 5 endpoints and 5 operations added\n");
  expect(stdout).toContain("log: 2 endpoints and 2 operations added\n");
  expect((await runCommand(folder, "check", "--live")).stdout).toBe("");
  const body = { name: "Ada", credit_limit: 12.5, is_active: true };
  const made = await call(folder, "customers.create", "--body", JSON.stringify(body));
  expect(made).toEqual({ id: 1, name: "Ada", "Credit Limit": "12.50", is_active: true });
  await call(folder, "customers.create", "--body", JSON.stringify({ ...body, name: "Grace" }));
  expect(await call(folder, "customers.list", "--param", "name=Ada")).toEqual({ items: [made] });
  expect(await call(folder, "customers.list", "--param", "limit=1")).toEqual({ items: [made] });
  const changed = { name: "Ada L.", credit_limit: null, is_active: false };
  expect(
    await call(folder, "customers.update", "--param", "id=1", "--body", JSON.stringify(changed)),
  ).toEqual({
    affected_rows: 1,
  });
  expect(await call(folder, "customers.get", "--param", "id=1")).toMatchObject({
    name: "Ada L.",
    is_active: false,
  });
  expect(await call(folder, "customers.delete", "--param", "id=1")).toEqual({ affected_rows: 1 });
  expect(await call(folder, "customers.list")).toMatchObject({ items: [{ name: "Grace" }] });
});

test("what is there stays: a second import adds nothing, and comments are kept", async () => {
  const folder = project();
  await runCommand(folder, "import", "database", "default", "--tables", "customers");
  const domain = join(folder, "config/domains/customers.yaml");
  writeFileSync(domain, readFileSync(domain, "utf8").replace("path: /customers\n", "path: /clients\n"));
  const before = readFileSync(domain, "utf8");
  const { stdout } = await runCommand(folder, "import", "database", "default", "--tables", "customers");
  expect(stdout).toBe("customers: 0 endpoints and 0 operations added\n");
  expect(readFileSync(domain, "utf8")).toBe(before);
  expect(readFileSync(join(folder, "config/database.yaml"), "utf8")).toContain("# ours");
});

test("a key of several columns is a path of several parts", async () => {
  const folder = project();
  await runCommand(folder, "import", "database", "default", "--tables", "order_lines");
  const service = await openService(loadProject({ workingFolder: folder }));
  const paths = service.config.domains.flatMap(({ endpoints }) => endpoints.map(({ route }) => route?.path));
  await service.close();
  expect(paths).toContain("/order_lines/{order_id}/{line}");
});

test("a table that is not there, and a source that is none, are errors that name what there is", async () => {
  const folder = project();
  const table = await runCommand(folder, "import", "database", "default", "--tables", "customer");
  expect(table.code).toBe(2);
  expect(table.stderr).toContain('there is no table "customer"; known: customers, log, order_lines');
  expect((await runCommand(folder, "import", "database", "shop")).stderr).toContain("SOURCE_UNKNOWN");
});
