import { expect, test } from "vitest";
import { runCommand } from "./run-command.js";
import { shopProject } from "./shop.js";

test("list shows domains, endpoints with their routes, and sources, each with its place", async () => {
  const { code, stdout, stderr } = await runCommand(shopProject(), "list");
  expect(code).toBe(0);
  expect(stderr).toBe("");
  expect(stdout.split("\n")).toEqual([
    "DOMAIN     ENDPOINTS  FROM                           DESCRIPTION",
    "customers  3          config/domains/customers.yaml  Everything about customers",
    "",
    "ENDPOINT             ROUTE                                              FROM",
    expect.stringMatching(
      /^customers\.get {8}GET \/orchestrator\/customers\/\{customer_id\} {10}config\/domains\/customers\.yaml:4:\d+$/,
    ),
    expect.stringMatching(/^customers\.shaky {6}GET \/orchestrator\/customers\/shaky {18}config.*:\d+:\d+$/),
    expect.stringMatching(
      /^customers\.add_order {2}POST \/orchestrator\/customers\/\{customer_id\}\/orders {2}config/,
    ),
    "",
    expect.stringMatching(/^SOURCE +TYPE +SEEN BY +USED BY +FROM$/),
    expect.stringMatching(
      /^database\.default +database +every domain +3 endpoints +config\/database\.yaml:\d+:\d+$/,
    ),
    "",
  ]);
});

test("--json prints the same as data", async () => {
  const { stdout } = await runCommand(shopProject(), "list", "--json");
  expect(JSON.parse(stdout)).toMatchObject({
    domains: [
      {
        id: "customers",
        endpoints: [
          { id: "customers.get", method: "GET", path: "/orchestrator/customers/{customer_id}" },
          { id: "customers.shaky", method: "GET", path: "/orchestrator/customers/shaky" },
          { id: "customers.add_order", method: "POST" },
        ],
      },
    ],
    sources: [
      {
        id: "database.default",
        type: "database",
        endpoints: ["customers.get", "customers.shaky", "customers.add_order"],
      },
    ],
  });
});

test("a project with an error is not listed: its problems are printed on stderr", async () => {
  const folder = shopProject({ "config/config.yaml": "sever: {}\n" });
  const { code, stdout, stderr } = await runCommand(folder, "list");
  expect(code).toBe(1);
  expect(stdout).toBe("");
  expect(stderr).toContain('Did you mean "server"?');
});
