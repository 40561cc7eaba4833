import { expect, test } from "vitest";
import { cuttingProxy } from "../servers/cutting-proxy.js";
import type { DatabaseServer } from "../servers/database-server.js";
import { startProject, type RunningProject } from "../scenarios/project.js";

/** How a dialect says it. */
export interface Words {
  sleep(seconds: number): string;
  /** Rows for each statement of the database `broken` that sleeps for 30 seconds. */
  readonly sleeping: string;
}

/** What becomes of queries whose caller hangs up, and of a COMMIT whose answer is lost, through a real service. */
export function brokenOff(dialect: string, { sleep, sleeping }: Words, server: () => DatabaseServer): void {
  const sleepers = async () => (await server().admin("broken", sleeping)).length;
  const lines = async () =>
    (await server().admin("broken", "SELECT name FROM named ORDER BY name")).map(({ name }) => name);

  test(`${dialect}: a caller hangs up during a query, and soon the server does not run it any more`, async () => {
    const project = await service(server().source("broken"), sleep);
    await hangUpDuring(project, "sleep", sleepers);
    await expect.poll(sleepers, { timeout: 5_000 }).toBe(0);
  });

  test(`${dialect}: a caller hangs up during a query of a transaction: the query ends, and what was written goes`, async () => {
    const project = await service(server().source("broken"), sleep);
    await hangUpDuring(project, "sleep_in_transaction", sleepers);
    await expect.poll(sleepers, { timeout: 5_000 }).toBe(0);
    await expect.poll(() => remaining(project), { timeout: 5_000 }).toBe(200);
    expect(await lines()).not.toContain("in_transaction");
  });

  test(`${dialect}: once a write outside of a transaction has started, a caller who hangs up ends nothing`, async () => {
    const project = await service(server().source("broken"), sleep);
    const controller = new AbortController();
    const reply = project.send({
      target: "/orchestrator/it/write_and_sleep",
      method: "POST",
      signal: controller.signal,
    });
    await expect.poll(lines, { timeout: 10_000 }).toContain("before_sleep");
    controller.abort();
    await expect(reply).rejects.toThrow();
    expect(await lines()).not.toContain("after_sleep");
    await expect.poll(lines, { timeout: 10_000 }).toContain("after_sleep");
  });

  test(`${dialect}: a COMMIT whose answer is lost is said to be unknown, and never repeated`, async () => {
    const source = server().source("broken");
    const proxy = await cuttingProxy(Number(/:(\d+)\//.exec(source)![1]));
    const project = await service(source.replace(/:\d+\//, `:${proxy.port}/`), sleep);
    const add = (name: string, headers = {}) =>
      project.send({ target: `/orchestrator/it/add/${name}`, method: "POST", headers });
    expect((await add("first")).status).toBe(200);
    proxy.cutAfter("COMMIT");
    const reply = await add("second", { "idempotency-key": "k1" });
    expect([reply.status, (JSON.parse(reply.body) as { code: string }).code]).toEqual([
      500,
      "COMMIT_OUTCOME_UNKNOWN",
    ]);
    const again = await add("second", { "idempotency-key": "k1" });
    expect([again.status, (JSON.parse(again.body) as { code: string }).code]).toEqual([
      409,
      "IDEMPOTENCY_OUTCOME_UNKNOWN",
    ]);
    const found = await lines();
    expect(found.filter((name) => name === "second").length).toBeLessThanOrEqual(1);
    expect(found).toEqual(expect.arrayContaining(["first", "after first"]));
    expect(found).not.toContain("after second");
    await project.close();
    await proxy.close();
  });
}

async function hangUpDuring(
  project: RunningProject,
  endpoint: string,
  sleepers: () => Promise<number>,
): Promise<void> {
  const controller = new AbortController();
  const target = `/orchestrator/it/${endpoint}`;
  const method = endpoint === "sleep" ? "GET" : "POST";
  const reply = project.send({ target, method, signal: controller.signal });
  await expect.poll(sleepers, { timeout: 10_000 }).toBe(1);
  controller.abort();
  await expect(reply).rejects.toThrow();
}

/** Whether the connection of the transaction is free again: the pool has one. */
async function remaining(project: RunningProject): Promise<number> {
  return (await project.send({ target: "/orchestrator/it/add/again", method: "POST" })).status;
}

/** The table that the tests write to. */
export const namedTable = "CREATE TABLE named (id INTEGER, name VARCHAR(40))";

function service(source: string, sleep: Words["sleep"]): Promise<RunningProject> {
  const keys = `${source.trim()}\npool_size: 1`.split("\n").join("\n      ");
  return startProject(
    {
      "config/database.yaml": `database:
  sources:
    default:
      ${keys}
  operations:
    add: { query: "INSERT INTO named (name) VALUES (:name)" }
    sleep: { query: "${sleep(30)}", returns: value }
    nap: { query: "${sleep(2)}", returns: value }
`,
      "config/domains/it.yaml": `endpoints:
  sleep: { timeout: 1m, data_sources: [{ name: it, type: database, operation: sleep }] }
  sleep_in_transaction:
    timeout: 1m
    transaction: { source: default }
    data_sources:
      - { name: add, type: database, operation: add, params: { name: in_transaction } }
      - { name: sleep, type: database, operation: sleep, run: always }
  write_and_sleep:
    data_sources:
      - { name: before, type: database, operation: add, params: { name: before_sleep } }
      - { name: nap, type: database, operation: nap, run: always }
      - { name: after_it, type: database, operation: add, params: { name: after_sleep } }
  add:
    path: /it/add/{name}
    transaction: { source: default, retry: { attempts: 3 } }
    idempotency: {}
    data_sources:
      - { name: add, type: database, operation: add, params: { name: $request.name } }
      - { name: later, type: database, operation: add, params: { name: "after {{ $request.name }}" }, after: commit }
`,
    },
    { DB_PASSWORD: "secret-password" },
  );
}
