import { expect, test } from "vitest";
import { projectOf, runCommand, temporaryFolder } from "./run-command.js";
import { shopProject } from "./shop.js";

const misspelt = `endpoints:
  get:
    data_sources:
      - name: customer
        type: database
        operation: get_customer
        params: { customer_id: 7 }
    response_mapping:
      name: $custmer.name
`;

test("a project without problems prints nothing on stdout", async () => {
  const { code, stdout, stderr } = await runCommand(shopProject(), "check");
  expect(stdout).toBe("");
  expect(stderr).toBe("No problems in 1 domain, 3 endpoints, 1 source.\n");
  expect(code).toBe(0);
});

test("a problem is printed with its place and hint, and the exit code is 1", async () => {
  const folder = shopProject({ "config/domains/other.yaml": misspelt });
  const { code, stdout, stderr } = await runCommand(folder, "check");
  expect(code).toBe(1);
  expect(stdout).toContain("config/domains/other.yaml:9:13 error EXPRESSION_NAME_UNKNOWN");
  expect(stdout).toContain('hint: Did you mean "$customer"?');
  expect(stderr).toContain("1 error");
});

test("validate is check", async () => {
  expect((await runCommand(shopProject(), "validate")).code).toBe(0);
});

test("--json prints the same problems as data", async () => {
  const folder = shopProject({ "config/domains/other.yaml": misspelt });
  const { code, stdout } = await runCommand(folder, "check", "--json");
  expect(code).toBe(1);
  const { problems } = JSON.parse(stdout) as { problems: Record<string, unknown>[] };
  expect(problems).toMatchObject([
    { code: "EXPRESSION_NAME_UNKNOWN", severity: "error", location: { line: 9, column: 13 } },
  ]);
});

test("two runs print the same", async () => {
  const folder = shopProject({
    "config/domains/other.yaml": misspelt,
    "config/domains/another.yaml": misspelt.replace("database", "databse"),
  });
  const first = await runCommand(folder, "check");
  expect(await runCommand(folder, "check")).toEqual(first);
});

const withVariable = {
  "config/config.yaml": "app:\n  name: ${SHOP_NAME_THAT_NOBODY_SETS}\n",
};

test("an unset variable is an error, and with --unset-ok a warning", async () => {
  const folder = shopProject(withVariable);
  const strict = await runCommand(folder, "check");
  expect(strict.code).toBe(1);
  expect(strict.stdout).toContain("config/config.yaml:2:");
  const lenient = await runCommand(folder, "check", "--unset-ok");
  expect(lenient.code).toBe(0);
  expect(lenient.stdout).toContain(" warning ");
});

test("--env-file names the file of variables", async () => {
  const folder = shopProject({ ...withVariable, "prod.env": "SHOP_NAME_THAT_NOBODY_SETS=Shop\n" });
  expect((await runCommand(folder, "check", "--env-file", "prod.env")).code).toBe(0);
  expect(process.env["SHOP_NAME_THAT_NOBODY_SETS"]).toBeUndefined();
});

test("a folder without a configuration is a finding", async () => {
  const { code, stdout } = await runCommand(temporaryFolder(), "check");
  expect(code).toBe(1);
  expect(stdout).toContain("error");
});

test("--config-path names another folder", async () => {
  const folder = projectOf({ "elsewhere/domains/empty.yaml": "" });
  expect((await runCommand(folder, "check", "--config-path", "elsewhere")).code).toBe(0);
});
