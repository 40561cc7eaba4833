import { expect, test } from "vitest";
import { temporaryFolder } from "../host/temporary-folder.js";
import { projectOf, runCommand } from "./run-command.js";
import { shopProject } from "./shop.js";

test("explain shows steps in waves, what they wait for, deadlines and the number of calls", async () => {
  const { code, stdout } = await runCommand(shopProject(), "explain", "customers.get");
  expect(code).toBe(0);
  expect(stdout).toContain("customers.get  GET /orchestrator/customers/{customer_id}");
  expect(stdout).toContain("deadline 2 s");
  expect(stdout).toContain("reads only; at most 2 calls");
  expect(stdout).toMatch(/^1 +customer +reads database\.default get_customer +– +the request fails$/m);
  expect(stdout).toMatch(/^2 +orders +reads database\.default get_orders +customer.* a fallback value$/m);
  expect(stdout).toMatch(/^3 +total +computes a value +orders/m);
  expect(stdout).toContain("The response is made of customer, total.");
});

test("a write shows the guard that it waits for", async () => {
  const { stdout } = await runCommand(shopProject(), "explain", "customers.add_order");
  expect(stdout).toMatch(/^2 +added +writes database\.default add_order +.*guard NOT_FOUND/m);
  expect(stdout).toContain("Guard 404 NOT_FOUND is decided after customer.");
});

test("a step with traffic shows the shares of its operations and who gets copies", async () => {
  const database = `database:
  sources: { default: { connection_string: "sqlite:///data/it.db" } }
  operations:
    ${["old", "new", "next"].map((name) => `${name}: { query: SELECT 1 AS n }`).join("\n    ")}
`;
  const domain = `endpoints:
  it:
    data_sources:
      - name: it
        type: database
        traffic:
          arms: [{ operation: old, weight: 2 }, { operation: new, weight: 1 }]
          shadow: [{ operation: next, percent: 5 }]
`;
  const folder = temporaryFolder({ "config/database.yaml": database, "config/domains/it.yaml": domain });
  const { stdout } = await runCommand(folder, "explain", "it.it");
  expect(stdout).toContain("reads database.default old (66.67%) or new (33.33%), 5% copied to next");
});

test("a transaction is told with its steps, and with what runs after it", async () => {
  const project = projectOf({
    "config/database.yaml": `database:
  sources: { default: { connection_string: "sqlite:///data/it.db" } }
  operations: { add: { query: "INSERT INTO things (id) VALUES (:id)" } }
`,
    "config/domains/test.yaml": `endpoints:
  it:
    transaction: { isolation: serializable, retry: { attempts: 3 } }
    data_sources:
      - { name: one, type: database, operation: add, params: { id: 1 } }
      - { name: two, type: database, operation: add, params: { id: 2 }, after: commit }
    response_mapping: 1
`,
  });
  const { stdout } = await runCommand(project, "explain", "test.it");
  expect(stdout).toMatch(/^1 +one +writes database\.default add, 3 attempts, in the transaction/m);
  expect(stdout).toMatch(/^\d +two +writes database\.default add, after the commit/m);
  expect(stdout).toContain(
    "One transaction on database.default (isolation serializable, up to 3 attempts) is committed before the reply.",
  );
});

test("--json prints the plan as data", async () => {
  const { stdout } = await runCommand(shopProject(), "explain", "customers.get", "--json");
  expect(JSON.parse(stdout)).toMatchObject({
    id: "customers.get",
    timeoutMs: 2000,
    maxCalls: 2,
    steps: [
      { name: "customer", wave: 1, needs: [] },
      { name: "orders", wave: 2, needs: ["customer"] },
      { name: "total", wave: 3, needs: ["orders"] },
    ],
  });
});

test("--mermaid prints a flowchart of steps, guards and the response", async () => {
  const { stdout } = await runCommand(shopProject(), "explain", "customers.add_order", "--mermaid");
  const lines = stdout.split("\n");
  expect(lines[0]).toBe("flowchart LR");
  expect(lines).toContain("  step_customer --> guard_0");
  expect(lines).toContain("  guard_0 -.-> step_added");
  expect(lines).toContain("  step_added --> response");
  expect(lines).toContain('  step_added[["added<br/>database.default add_order"]]');
});

test("what is kept, for whom and how long, is shown", async () => {
  const folder = shopProject({
    "config/domains/kept.yaml": `endpoints:
  plain: { cache: { ttl: 10s }, response_mapping: 1 }
  it:
    cache: { ttl: 1m, stale_while_revalidate: 2m, stale_if_error: 1h, tags: [shop] }
    request: { query_params: { a: {} }, headers: { x-tenant: {}, x-api-key: {} } }
    response_mapping: [$request.a, "$request.headers['x-tenant']", "$request.headers['x-api-key']"]
`,
  });
  const plain = await runCommand(folder, "explain", "kept.plain");
  expect(plain.stdout).toContain(
    "Replies are kept for 10 s, the same for all callers; any cache may keep them.",
  );
  const { stdout } = await runCommand(folder, "explain", "kept.it");
  expect(stdout).toContain(
    "Replies are kept for 60 s, 2 m more while it is renewed, 60 m more while a source fails, " +
      "one for each $request.query_params.a, $request.headers['x-tenant'], $request.headers['x-api-key']; " +
      "only the caller may keep them; tags shop.",
  );
  const json = await runCommand(folder, "explain", "kept.it", "--json");
  expect(JSON.parse(json.stdout)).toMatchObject({
    cache: { ttlMs: 60_000, isPublic: false, vary: "x-tenant, x-api-key", hasOwnKey: false, tags: ["shop"] },
  });
});

test("an unknown endpoint is wrong usage with the nearest name", async () => {
  const { code, stderr } = await runCommand(shopProject(), "explain", "customers.gte");
  expect(code).toBe(2);
  expect(stderr).toContain('Did you mean "customers.get"?');
});

test("a step whose calls become one says how many, and counts so", async () => {
  const project = shopProject({
    "config/domains/many/database.yaml": `database:
  operations:
    find:
      query: SELECT id, name FROM customers WHERE id = :id
      returns: one
      batch: { query: "SELECT id, name FROM customers WHERE id IN (:ids)", params: { ids: id }, key: id }
`,
    "config/domains/many/many.yaml": `endpoints:
  all:
    data_sources:
      - { name: a, type: database, operation: find, for_each: "{{ [1, 2] }}", params: { id: $item }, max_items: 250 }
`,
  });
  const { stdout } = await runCommand(project, "explain", "many.all");
  expect(stdout).toMatch(
    /a +reads database\.default find, for each of up to 250 items, up to 100 in one call/,
  );
  expect(stdout).toContain("at most 3 calls");
});

test("who may call, and how often, is said before the steps", async () => {
  const folder = temporaryFolder({
    "config/config.yaml": "auth: { api_keys: {} }\nrate_limit: { limit: 100, per: 1m }\n",
    "config/domains/it.yaml": `endpoints:
  it:
    auth: api_key
    roles: [boss, analyst]
    scopes: [read]
    rate_limit: { limit: 2, per: 10s, by: $auth.subject }
    response_mapping: 1
`,
  });
  const { stdout } = await runCommand(folder, "explain", "it.it");
  expect(stdout).toContain(`A caller needs an API key, and the role boss or analyst, and the scope read.
At most 100 requests per 60 s by client.
At most 2 requests per 10 s by expression.
`);
  const { callers } = JSON.parse((await runCommand(folder, "explain", "it.it", "--json")).stdout) as {
    callers: unknown;
  };
  expect(callers).toEqual({
    access: { methods: ["api_key"], roles: ["boss", "analyst"], scopes: ["read"] },
    limits: [
      { limit: 100, perMs: 60_000, by: "client" },
      { limit: 2, perMs: 10_000, by: "expression" },
    ],
  });
});
