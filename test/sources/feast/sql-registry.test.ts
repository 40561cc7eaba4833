import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { loadDriver } from "../../../src/connections/sqlite/driver.js";
import type { OrchestratorError } from "../../../src/problems/orchestrator-error.js";
import type { Problem } from "../../../src/problems/problem.js";
import { runCommand, setVariables } from "../../cli/run-command.js";
import { serve } from "../../connections/http/local-server.js";
import { certificate, hasOpenssl } from "../../connections/redis/redis-reads.js";
import type { DatabaseServer } from "../../servers/database-server.js";
import { startPostgres } from "../../servers/postgres.js";
import { indented, type SourceProject } from "../source-project.js";
import { feastProject } from "./feast-project.js";
import { hasPostgres } from "./private-postgres.js";
import { registryStatements, storeYaml } from "./registry-in-postgres.js";
import { askUnderLoad, forgottenAfterMs, statsEndpoints, until } from "./stats-under-load.js";

let project: SourceProject;
afterEach(() => project.close());

const wrongEndpoints = `
it:
  path: /it
  data_sources:
    - name: first
      type: feast
      params: { entity: { customer: "{{ 7 }}" }, features: [customer_stats:orders_7d, customer_stats:order_7d] }
    - name: second
      type: feast
      params: { entity: { customer_id: "{{ 7 }}" }, feature_service: svc_basics }
    - name: third
      type: feast
      params: { entity: { customer_id: "{{ 7 }}", produkt_code: P }, features: [customer_product:affinity] }
`;
const wrongPlaces = [
  ["FEATURE_UNKNOWN", 'Did you mean "orders_7d"?', 8, 89],
  ["FEATURE_SERVICE_UNKNOWN", 'Did you mean "svc_basic"?', 11, 72],
  ["JOIN_KEY_UNKNOWN", 'Did you mean "product_code"?', 14, 53],
];
const typoEndpoints = statsEndpoints.replace("$stats.orders_7d", "$stats.orders_3d");

const tables = [
  ...["entities", "feature_views", "stream_feature_views", "on_demand_feature_views", "label_views"],
  ...["feature_services", "feature_view_version_history"],
];
const moved = (from: string, to: string) =>
  tables.map((table) => `UPDATE ${table} SET project_id = '${to}' WHERE project_id = '${from}'`);

/** What can happen to a registry, and how it ends. */
const badDays = (bytes: string): readonly (readonly [string[], string[]])[] => [
  [["ALTER TABLE feature_views RENAME TO gone"], ["ALTER TABLE gone RENAME TO feature_views"]],
  [["ALTER TABLE label_views RENAME TO gone"], ["ALTER TABLE gone RENAME TO label_views"]],
  [moved("shop", "elsewhere"), moved("elsewhere", "shop")],
  [
    [
      "CREATE TABLE kept AS SELECT * FROM feature_views",
      `UPDATE feature_views SET feature_view_proto = ${bytes}, last_updated_timestamp = 1 + last_updated_timestamp`,
    ],
    ["DELETE FROM feature_views", "INSERT INTO feature_views SELECT * FROM kept", "DROP TABLE kept"],
  ],
];

type Run = (...statements: readonly string[]) => Promise<void>;

async function survives(run: Run, bytes: string): Promise<void> {
  const { app } = await project.open();
  const told = () => project.log.filter(({ message }) => String(message).includes("last good one is kept"));
  const requests = askUnderLoad(app);
  for (const [begin, end] of badDays(bytes)) {
    const before = told().length;
    await run(...begin);
    await until(async () => told().length > before);
    await pause(100);
    await run(...end);
    await pause(100);
  }
  const { right, refused, wrong, slowestMs } = await requests.stop();
  expect(wrong).toEqual([]);
  expect([...refused]).toEqual([]);
  expect(right).toBeGreaterThan(100);
  expect(slowestMs).toBeLessThan(forgottenAfterMs);
  const reasons = new Set(told().map(({ reason }) => reason));
  expect(reasons).toContain('it has no table "feature_views"');
  expect(reasons).toContain('it has no table "label_views"');
  expect(reasons).toContain("it has nothing of the project");
  expect(reasons).toContain("the bytes end too early");
}

/** What Feast writes within one second has one time, so the times alone do not tell. */
async function seesChanges(run: Run): Promise<void> {
  const { app } = await project.open();
  const status = async () => (await app.inject("/orchestrator/service")).statusCode;
  expect(await status()).toBe(200);
  await run(
    "CREATE TABLE kept AS SELECT * FROM feature_services",
    "DELETE FROM feature_services WHERE feature_service_name = 'svc_basic'",
  );
  await until(async () => (await status()) === 502);
  await run(
    "DELETE FROM feature_services",
    "INSERT INTO feature_services SELECT * FROM kept",
    "DROP TABLE kept",
  );
  await until(async () => (await status()) === 200);
}

const serviceEndpoints = `
service:
  path: /service
  data_sources:
    - name: basic
      type: feast
      params: { entity: { customer_id: "{{ 7 }}" }, feature_service: svc_basic }
  response_mapping: { basic: $basic }
`;
const refreshed = "repo_path: repo\nexpose: true\nregistry_refresh: 20ms";

describe("in an SQLite file", () => {
  const open = (
    endpoints: string | undefined,
    source = refreshed,
    files: Readonly<Record<string, string>> = {},
  ) => {
    project = feastProject({ repository: "sqlite-sql-registry", source, endpoints, files });
    return project.loaded.problems;
  };
  const run: Run = async (...statements) => {
    const { DatabaseSync } = loadDriver();
    const path = join(project.folder, "repo/data/registry_sql.db");
    const database = new DatabaseSync(path, { readOnly: false, timeout: 5_000 });
    for (const statement of ["BEGIN", ...statements, "COMMIT"]) database.exec(statement);
    database.close();
  };

  test("names are checked while the project is loaded, and a step's features are known", async () => {
    expect(placesOf(open(wrongEndpoints))).toEqual(wrongPlaces);
    await project.close();
    expect(open(typoEndpoints).map(({ code }) => code)).toEqual(["EXPRESSION_FIELD_UNKNOWN"]);
    await project.close();
    expect(open(undefined, "repo_path: repo\nproject: other").map(({ code }) => code)).toEqual([
      "FEAST_PROJECT_UNKNOWN",
    ]);
  });

  test("a file that is no database is a problem", () => {
    const [found] = open(undefined, refreshed, { "repo/data/registry_sql.db": "this is no database" });
    expect(found).toMatchObject({ code: "FEAST_REGISTRY_INVALID", location: { line: 4 } });
    expect(found!.message).toContain("file is not a database");
  });

  test("a broken registry under load: the last good one is kept, and no answer is wrong", async () => {
    expect(open(statsEndpoints)).toEqual([]);
    await survives(run, "X'ff'");
  });

  test("what changes is used without a restart", async () => {
    expect(open(serviceEndpoints)).toEqual([]);
    await seesChanges(run);
  });
});

describe.runIf(hasPostgres())("in PostgreSQL", () => {
  let server: DatabaseServer;
  let count = 0;
  let database: string;
  beforeAll(async () => {
    server = await startPostgres();
    await server.createDatabase("recorded");
    await server.admin("recorded", ...registryStatements());
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    database = `registry_${++count}`;
    await server.admin("postgres", `CREATE DATABASE ${database} TEMPLATE recorded`);
  });

  const env = { DB_PASSWORD: "secret-password" };
  const open = (endpoints: string, source = refreshed, parameters = "") => {
    const files = { "repo/feature_store.yaml": storeYaml(server, database, parameters) };
    project = feastProject({ repository: "sqlite-sql-registry", source, endpoints, files, env });
    return project.loaded.problems;
  };
  const run: Run = async (...statements) =>
    void (await server.admin(database, ["BEGIN", ...statements, "COMMIT"].join(";")));
  const command = (...args: readonly string[]) => {
    setVariables(env);
    return runCommand(project.folder, ...args);
  };

  test("`check --live` looks for the names, and knows a step's features", async () => {
    expect(open(wrongEndpoints)).toEqual([]);
    const found = await command("check", "--live");
    expect(found.code).toBe(1);
    for (const [code, hint, line, column] of wrongPlaces) {
      expect(found.stdout).toContain(`config/domains/features.yaml:${line}:${column} error ${code}`);
      expect(found.stdout).toContain(hint);
    }
    await project.close();
    expect(open(typoEndpoints)).toEqual([]);
    expect((await command("check", "--live")).stdout).toContain("error EXPRESSION_FIELD_UNKNOWN");
  });

  test("what `config lock` wrote is known to `check` without the server, until the registry changes", async () => {
    expect(open(statsEndpoints)).toEqual([]);
    expect((await command("config", "lock")).stdout).toBe("config.lock: 1 operation\n");
    writeFileSync(
      join(project.folder, "config/domains/features.yaml"),
      `endpoints:\n${indented(typoEndpoints, 2)}`,
    );
    expect((await command("check")).stdout).toContain("error EXPRESSION_FIELD_UNKNOWN");
    const lock = join(project.folder, "config.lock");
    writeFileSync(lock, readFileSync(lock, "utf8").replace('"integer"', '"boolean"'));
    const { stdout } = await command("check", "--live");
    expect(stdout).toContain("warning SHAPE_DRIFTED");
  });

  test("the service does not start with names that are not there, and says where", async () => {
    open(wrongEndpoints);
    const error: unknown = await project.open().catch((found: unknown) => found);
    expect(placesOf((error as OrchestratorError).problems)).toEqual(wrongPlaces);
  });

  test("what the source itself names is looked for too", async () => {
    open(
      statsEndpoints,
      "repo_path: repo\nfeature_services: { svc_basic: { features: [customer_stats:nope] } }",
    );
    const { stdout } = await command("check", "--live");
    expect(stdout).toContain("config/integrations/feast_config.yaml:5:51 error FEATURE_SERVICE_DUPLICATE");
    expect(stdout).toContain("config/integrations/feast_config.yaml:5:51 error FEATURE_UNKNOWN");
  });

  test("a registry that cannot be read ends the start, with the reason and without the password", async () => {
    open(statsEndpoints);
    await run("DROP TABLE entities");
    const reasonOf = async () => {
      const error = (await project.open().catch((found: unknown) => found)) as OrchestratorError;
      expect(error.code).toBe("FEAST_REGISTRY_INVALID");
      expect(JSON.stringify([error.problem, project.log])).not.toContain(env.DB_PASSWORD);
      return error.message;
    };
    expect(await reasonOf()).toContain('it has no table "entities"');
    await server.admin("postgres", `DROP DATABASE ${database} WITH (FORCE)`);
    expect(await reasonOf()).toContain(`database "${database}" does not exist`);
  });

  test("a broken registry under load: the last good one is kept, and no answer is wrong", async () => {
    open(statsEndpoints);
    await survives(run, "'\\xff'");
  });

  test("what changes is used without a restart", async () => {
    open(serviceEndpoints);
    await seesChanges(run);
  });

  test("the server goes away and comes back", async () => {
    open(serviceEndpoints);
    const { app } = await project.open();
    const status = async () => (await app.inject("/orchestrator/service")).statusCode;
    await server.kill();
    await until(async () => project.log.some(({ message }) => String(message).includes("last good one")));
    expect(await status()).toBe(200);
    await server.restart();
    await run("DELETE FROM feature_services");
    await until(async () => (await status()) === 502);
  });

  test("its tables may be in another schema, and other parameters are refused", async () => {
    await run("CREATE SCHEMA registry", ...tables.map((table) => `ALTER TABLE ${table} SET SCHEMA registry`));
    expect(open(serviceEndpoints, refreshed, "?options=-csearch_path%3Dregistry&sslmode=prefer")).toEqual([]);
    const { app } = await project.open();
    expect((await app.inject("/orchestrator/service")).statusCode).toBe(200);
    await app.close();
    await project.close();
    const [found] = open(serviceEndpoints, refreshed, "?passfile=x");
    expect(found).toMatchObject({ code: "FEAST_REPOSITORY_INVALID" });
    expect(found!.message).toContain('the parameter "passfile" of the URL of "registry" is not known');
  });

  test.runIf(hasOpenssl)("the connection is encrypted where the server can", async () => {
    const folder = mkdtempSync(join(tmpdir(), "registry-tls-"));
    const [key, cert] = certificate(folder, "registry").map((path) => readFileSync(path, "utf8"));
    rmSync(folder, { recursive: true });
    await server.show({ key: key!, cert: cert! });
    try {
      open(serviceEndpoints);
      await project.open();
      const text = `SELECT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
        WHERE datname = '${database}' AND pid <> pg_backend_pid()`;
      expect(await server.admin(database, text)).toEqual([{ ssl: true }]);
    } finally {
      await project.close();
      await server.show(undefined);
    }
  });

  test("what Python computes goes to the feature server", async () => {
    const answer = {
      metadata: { feature_names: ["customer_id", "spend_after_discount"] },
      results: [{ values: [7] }, { values: [109] }],
    };
    const features = await serve((_request, response) => void response.end(JSON.stringify(answer)));
    const demand = `
demand:
  path: /demand
  data_sources:
    - name: demand
      type: feast
      params: { entity: { customer_id: "{{ 7 }}", discount: "{{ 1 }}" }, features: [discounted:spend_after_discount] }
  response_mapping: { spend: $demand.spend_after_discount }
`;
    open(demand, `${refreshed}\nurl: ${features.url}`);
    const { app } = await project.open();
    expect((await app.inject("/orchestrator/demand")).json()).toEqual({ spend: 109 });
    await features.close();
    await app.close();
    await project.close();
    open(demand);
    await expect(project.open()).rejects.toMatchObject({ code: "FEATURE_NEEDS_SERVER" });
  });
});

/** Each with its code, its hint and its place. */
function placesOf(problems: readonly Problem[]) {
  return problems.map(({ code, hint, location }) => [code, hint, location?.line, location?.column]);
}
