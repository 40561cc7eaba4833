import { afterEach, expect, test } from "vitest";
import { projectOf, runCommand } from "./run-command.js";
import { shopProject } from "./shop.js";

afterEach(() => {
  delete process.env["SHOP_TOKEN"];
});

test("call prints the body on stdout, and status and waterfall on stderr", async () => {
  const { code, stdout, stderr } = await runCommand(
    shopProject(),
    ...["call", "customers.get", "--param", "customer_id=7", "-p", "X-Tenant=north"],
  );
  expect(JSON.parse(stdout)).toEqual({ name: "Ada", total: 12.5, currency: "EUR", tenant: "north" });
  expect(stderr).toMatch(/^Status 200 in [\d.]+ m?s\.\n/);
  expect(stderr).toMatch(/^customer +█+ +[\d.]+ ms {2}ok$/m);
  expect(stderr).toMatch(/^total +█+ +[\d.]+ ms {2}ok$/m);
  expect(code).toBe(0);
});

test("--trace shows parameters and values of the steps", async () => {
  const args = ["call", "customers.get", "--param", "customer_id=7", "--trace"];
  const { stderr } = await runCommand(shopProject(), ...args);
  expect(stderr).toContain('  parameters {"customer_id":7}');
  expect(stderr).toContain('  value      {"id":7,"name":"Ada","tier":"gold"}');
});

test("--json prints the reply and its steps as data", async () => {
  const args = ["call", "customers.get", "--param", "customer_id=7", "--json"];
  const { stdout, stderr } = await runCommand(shopProject(), ...args);
  expect(stderr).toBe("");
  expect(JSON.parse(stdout)).toMatchObject({
    status: 200,
    complete: true,
    body: { name: "Ada" },
    steps: [
      { step: "customer", status: "ok", calls: 1 },
      { step: "orders", status: "ok", calls: 1 },
      { step: "total", status: "ok", calls: 0 },
    ],
  });
});

test("a guard that held is a failure with its problem", async () => {
  const { code, stdout, stderr } = await runCommand(
    shopProject(),
    "call",
    "customers.get",
    "-p",
    "customer_id=8",
  );
  expect(code).toBe(1);
  expect(stdout).toBe("");
  expect(stderr).toContain("error NOT_FOUND");
  expect(stderr).toContain("Failed with NOT_FOUND");
});

test("a fallback is told as an incomplete reply", async () => {
  const { code, stderr } = await runCommand(shopProject(), "call", "customers.shaky");
  expect(code).toBe(0);
  expect(stderr).toContain("incomplete: a fallback was used");
  expect(stderr).toMatch(/broken .* fallback/);
  expect(stderr).toContain("nowhere");
});

test("a request that does not fit lists every violation", async () => {
  const { code, stderr } = await runCommand(shopProject(), "call", "customers.get", "-p", "customer_id=0");
  expect(code).toBe(1);
  expect(stderr).toContain("REQUEST_INVALID");
  expect(stderr).toContain("/path/customer_id");
});

test("a body is JSON on the command line or in a file", async () => {
  const folder = shopProject({ "order.json": '{ "total": 3 }' });
  const call = ["call", "customers.add_order", "-p", "customer_id=7", "--body"];
  expect(JSON.parse((await runCommand(folder, ...call, '{"total":1}')).stdout)).toEqual({ added: 1 });
  expect(JSON.parse((await runCommand(folder, ...call, "@order.json")).stdout)).toEqual({ added: 1 });
});

test.each([
  [["--body", "{"], 2, "The body is not JSON"],
  [["--body", "@gone.json"], 1, "FILE_NOT_FOUND"],
  [["-p", "customer_id"], 2, "has no value"],
  [["-p", "custmer_id=7"], 2, 'Did you mean "customer_id"?'],
])("call %j ends with %i", async (args, expected, words) => {
  const { code, stderr } = await runCommand(shopProject(), "call", "customers.add_order", ...args);
  expect(code).toBe(expected);
  expect(stderr).toContain(words);
});

test("the value of a secret variable is never printed", async () => {
  process.env["SHOP_TOKEN"] = "hunter2-hunter2";
  const folder = projectOf({
    "config/database.yaml": `database:
  sources:
    default:
      connection_string: sqlite:///data/shop.db
  operations:
    measure:
      query: SELECT length(:text) AS length
      params:
        text: { type: string }
      returns: one
`,
    "config/domains/shop.yaml": `endpoints:
  measure:
    data_sources:
      - name: measured
        type: database
        operation: measure
        params:
          text: $env.SHOP_TOKEN
    response_mapping: $measured
`,
  });
  const { stdout, stderr } = await runCommand(folder, "call", "shop.measure", "--trace");
  expect(JSON.parse(stdout)).toEqual({ length: 15 });
  expect(stderr).toContain('parameters {"text":"***"}');
  expect(stdout + stderr).not.toContain("hunter2");
});
