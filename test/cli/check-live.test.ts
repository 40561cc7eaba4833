import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { projectOf, runCommand } from "./run-command.js";

const schema = `CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL, tier TEXT);
INSERT INTO customers VALUES (1, 'Ada', 'gold');
`;

const database = (query: string) => `database:
  sources:
    default:
      connection_string: sqlite:///data/shop.db
      init_sql: schema.sql
  operations:
    get_customer:
      query: |
        ${query}
      params: { id: { type: integer } }
      returns: one
`;

const domain = (field: string) => `endpoints:
  get:
    path: /customers/{id}
    request: { path_params: { id: { type: integer } } }
    data_sources:
      - name: customer
        type: database
        operation: get_customer
        params: { id: $request.id }
    response_mapping:
      name: $customer.${field}
`;

function project(query: string, field: string, more: Readonly<Record<string, string>> = {}): string {
  return projectOf({
    "schema.sql": schema,
    "config/config.yaml": "app: { name: shop }\n",
    "config/database.yaml": database(query),
    "config/domains/customers.yaml": domain(field),
    ...more,
  });
}

const good = "SELECT id, name, tier FROM customers WHERE id = :id";

test("a column that the database does not have is an error at its place inside the YAML block", async () => {
  const folder = project("SELECT id,\n          nmae FROM customers WHERE id = :id", "name");
  expect((await runCommand(folder, "check")).code).toBe(0);
  const { code, stdout } = await runCommand(folder, "check", "--live");
  expect(code).toBe(1);
  expect(stdout).toContain("config/database.yaml:10:11 error QUERY_REFUSED");
  expect(stdout).toContain("no such column: nmae");
});

test("the columns of a query type its step: a field that is none of them is an error with a hint", async () => {
  const folder = project(good, "nmae");
  expect((await runCommand(folder, "check")).code).toBe(0);
  const { code, stdout } = await runCommand(folder, "check", "--live");
  expect(code).toBe(1);
  expect(stdout).toContain("config/domains/customers.yaml:11:23 error EXPRESSION_FIELD_UNKNOWN");
  expect(stdout).toContain('"name"');
});

test.each([
  ["no such column: tier_id", "SELECT id, tier_id FROM customers WHERE id IN (:ids)"],
  ['its rows have no column "id"', "SELECT name FROM customers WHERE id IN (:ids)"],
])("a batch form is looked at too: %s", async (reason, many) => {
  const batch = `batch: { query: "${many}", params: { ids: id }, key: id }`;
  const folder = project(good, "name", { "config/database.yaml": `${database(good)}      ${batch}\n` });
  const { code, stdout } = await runCommand(folder, "check", "--live");
  expect(code).toBe(1);
  expect(stdout).toMatch(/config\/database\.yaml:12:\d+ error QUERY_REFUSED/);
  expect(stdout).toContain(reason);
});

test("`config lock` stores the columns, so that `check` knows them without the database", async () => {
  const folder = project(good, "name");
  const { code, stdout } = await runCommand(folder, "config", "lock");
  expect([code, stdout]).toEqual([0, "config.lock: 1 operation\n"]);
  writeFileSync(join(folder, "config/domains/customers.yaml"), domain("nmae"));
  const checked = await runCommand(folder, "check");
  expect(checked.code).toBe(1);
  expect(checked.stdout).toContain("EXPRESSION_FIELD_UNKNOWN");
});

test("what is locked for another text of a query means nothing", async () => {
  const folder = project(good, "name");
  await runCommand(folder, "config", "lock");
  writeFileSync(join(folder, "config/database.yaml"), database(good.replace("tier", "tier AS nmae")));
  writeFileSync(join(folder, "config/domains/customers.yaml"), domain("nmae"));
  expect((await runCommand(folder, "check")).code).toBe(0);
});

test("`check --live` reports what is not any more as it is locked", async () => {
  const folder = project(good, "name");
  await runCommand(folder, "config", "lock");
  expect((await runCommand(folder, "check", "--live")).stdout).toBe("");
  const lock = join(folder, "config.lock");
  writeFileSync(lock, readFileSync(lock, "utf8").replaceAll("tier", "rank"));
  const { code, stdout } = await runCommand(folder, "check", "--live");
  expect(code).toBe(0);
  expect(stdout).toContain("warning SHAPE_DRIFTED");
});

test("`validate: false` leaves a query out", async () => {
  const folder = project("SELECT id, nmae AS name FROM customers WHERE id = :id", "name");
  const file = join(folder, "config/database.yaml");
  writeFileSync(file, `${readFileSync(file, "utf8")}      validate: false\n`);
  expect((await runCommand(folder, "check", "--live")).code).toBe(0);
});

test("a lock file that is none is an error", async () => {
  const folder = project(good, "name", { "config.lock": "{}" });
  expect((await runCommand(folder, "check")).stdout).toContain("config.lock:1:1 error LOCK_INVALID");
});

test("a database that cannot be reached is an error at its source", async () => {
  const folder = project(good, "name");
  const file = join(folder, "config/database.yaml");
  writeFileSync(
    file,
    readFileSync(file, "utf8")
      .replace("sqlite:///data/shop.db", "postgresql://app@127.0.0.1:1/shop")
      .replace("      init_sql: schema.sql\n", ""),
  );
  const { code, stdout } = await runCommand(folder, "check", "--live");
  expect(code).toBe(1);
  expect(stdout).toContain('SOURCE_NOT_ASKED The source "default" could not be asked');
});
