import { expect, test } from "vitest";
import { parse } from "yaml";
import { projectOf, runCommand, setVariables } from "./run-command.js";

const files = {
  "config/base/config.yaml": `app:
  name: Shop
  debug: true
server:
  port: \${SHOW_PORT:-8100}
`,
  "config/base/integrations/api_sources.yaml": `api:
  sources:
    credit:
      base_url: https://\${SHOW_HOST:-credit.example}/v2
      auth:
        type: basic
        username: shop
        password: \${SHOW_PASS}
      headers:
        X-Tenant: "tenant-\${SHOW_TENANT_TOKEN}"
`,
  "config/base/domains/orders.yaml": `endpoints:
  get:
    response_mapping:
      port: 1
`,
  "config/production/config.yaml": `app:
  debug: false
`,
};

test("show lays the environment over base and says where each value came from", async () => {
  const { code, stdout, stderr } = await runCommand(
    projectOf(files),
    "config",
    "show",
    "--environment",
    "production",
  );
  expect(stderr).toContain("SHOW_PASS");
  expect(code).toBe(0);
  expect(stdout).toContain('# Environment "production": ENVIRONMENT names it.');
  expect(stdout).toContain("name: Shop # config/base/config.yaml:2\n");
  expect(stdout).toContain("debug: false # config/production/config.yaml:2\n");
  expect(stdout).toContain("port: 8100 # config/base/config.yaml:5, SHOW_PORT is not set\n");
  expect(stdout).toContain("body_limit: 1mb # default\n");
  expect(stdout).toContain("host: 0.0.0.0 # default\n");
});

test("what it prints is YAML that holds the merged values", async () => {
  const { stdout } = await runCommand(projectOf(files), "config", "show", "--environment", "production");
  expect(parse(stdout)).toMatchObject({
    config: { app: { name: "Shop", debug: false }, server: { port: 8100, shutdown_timeout: "10s" } },
    "domains/orders": { endpoints: { get: { response_mapping: { port: 1 } } } },
  });
});

test("secrets are masked by their name, by their key and inside texts, and their variables are named", async () => {
  setVariables({
    SHOW_PASS: "hunter2-marked",
    SHOW_TENANT_TOKEN: "tenant-marked",
    SHOW_HOST: "real.example",
  });
  const { code, stdout, stderr } = await runCommand(
    projectOf(files),
    "config",
    "show",
    "--environment",
    "production",
  );
  expect(code).toBe(0);
  expect(stdout + stderr).not.toContain("marked");
  expect(stdout).toMatch(/password: "?\*\*\*"? # .*api_sources\.yaml:8, from SHOW_PASS\n/);
  expect(stdout).toContain("X-Tenant: tenant-*** # ");
  expect(stdout).toContain("base_url: https://real.example/v2 # ");
});

test("a password in a URL is masked, whatever its variable is called", async () => {
  setVariables({ SHOW_URL: "postgresql://shop:pw-marked@db:5432/shop" });
  const project = projectOf({
    "config/database.yaml": "database:\n  sources:\n    default:\n      connection_string: ${SHOW_URL}\n",
  });
  const { stdout } = await runCommand(project, "config", "show");
  expect(stdout).toContain("connection_string: postgresql://shop:***@db:5432/shop # ");
});

test("--json has the values, and the origin of each by its JSON Pointer", async () => {
  const { stdout } = await runCommand(
    projectOf(files),
    "config",
    "show",
    "--environment",
    "production",
    "--json",
  );
  expect(JSON.parse(stdout)).toMatchObject({
    environment: { name: "production" },
    config: { config: { server: { port: 8100, host: "0.0.0.0" } } },
    origins: {
      config: {
        "/server/port": "config/base/config.yaml:5, SHOW_PORT is not set",
        "/server/host": "default",
      },
    },
  });
});

test("a file that cannot be read is told, and the others are shown", async () => {
  const project = projectOf({ ...files, "config/base/domains/orders.yaml": "endpoints: [\n" });
  const { code, stdout, stderr } = await runCommand(project, "config", "show", "--environment", "production");
  expect(code).toBe(1);
  expect(stderr).toContain("YAML_SYNTAX");
  expect(stdout).toContain("name: Shop");
});

test("an environment that does not exist is told", async () => {
  const { code, stderr } = await runCommand(projectOf(files), "config", "show", "--environment", "prodction");
  expect(code).toBe(1);
  expect(stderr).toContain('There is no environment "prodction".');
});

test("a configuration of a newer language is refused with the version that is current", async () => {
  const project = projectOf({ "config/config.yaml": "config_version: 2\n" });
  const { code, stdout } = await runCommand(project, "check");
  expect(code).toBe(1);
  expect(stdout).toContain("config/config.yaml:1:17 error CONFIG_VERSION_UNKNOWN");
  expect(stdout).toContain("the newest is 1");
  expect((await runCommand(projectOf({ "config/config.yaml": "config_version: 1\n" }), "check")).code).toBe(
    0,
  );
});
