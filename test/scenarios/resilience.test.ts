import { connect } from "node:net";
import { describe, expect, test } from "vitest";
import { expectProblem } from "./expect-problem.js";
import { startProject, type RunningProject } from "./project.js";
import { jsonAnswer, watchedUpstream, type WatchedUpstream } from "./watched-upstream.js";

const steps = (optional: readonly string[]) =>
  ["first", "second", "third"]
    .map((name) => {
      const onError = optional.includes(name) ? ", on_error: { value: null }" : "";
      return `      - { name: ${name}, type: api, source_id: ${name}, operation: get${onError} }`;
    })
    .join("\n");

/** Three sources; `third` is wherever `thirdUrl` says. */
async function shop(first: WatchedUpstream, thirdUrl: string): Promise<RunningProject> {
  const source = (name: string, url: string) => `    ${name}:
      base_url: ${url}
      operations: { get: { path: /secret-path/${name} } }`;
  return startProject({
    "config/integrations/api_sources.yaml": `api:
  sources:
${source("first", first.url)}
${source("second", first.url)}
${source("third", thirdUrl)}
`,
    "config/domains/shop.yaml": `endpoints:
  optional:
    timeout: 1s
    data_sources:
${steps(["third"])}
  required:
    timeout: 300ms
    data_sources:
${steps([])}
  patient:
    data_sources:
${steps([])}
  good:
    data_sources:
      - { name: first, type: api, source_id: first, operation: get }
`,
  });
}

const healthy = () => watchedUpstream((socket) => socket.write(jsonAnswer({ ok: true })));
const silent = () => watchedUpstream(() => undefined);
const nobody = "http://127.0.0.1:1";

describe("one source of three is down", () => {
  test("and optional: the rest is answered, marked incomplete", async () => {
    const project = await shop(await healthy(), nobody);
    const reply = await project.send({ target: "/orchestrator/shop/optional" });
    expect(reply.status).toBe(200);
    expect(reply.headers["x-orchestrator-complete"]).toBe("false");
    expect(JSON.parse(reply.body)).toEqual({ first: { ok: true }, second: { ok: true }, third: null });
  });

  test("and required: 502", async () => {
    const project = await shop(await healthy(), nobody);
    const reply = await project.send({ target: "/orchestrator/shop/required" });
    expectProblem(reply, 502, "SOURCE_UNREACHABLE", ["third", "secret-path", ":1"]);
  });
});

describe("one source of three never answers", () => {
  test("and is optional: the rest is answered within the deadline, and the connection is closed", async () => {
    const hanging = await silent();
    const project = await shop(await healthy(), hanging.url);
    const reply = await project.send({ target: "/orchestrator/shop/optional" });
    expect(reply.status).toBe(200);
    expect(reply.headers["x-orchestrator-complete"]).toBe("false");
    expect(JSON.parse(reply.body)).toEqual({ first: { ok: true }, second: { ok: true }, third: null });
    expect(hanging.requests()).toEqual(["GET /secret-path/third HTTP/1.1"]);
    await expect.poll(hanging.openSockets, { timeout: 10_000 }).toBe(0);
  });

  test("and is required: 504, and the connection is closed", async () => {
    const hanging = await silent();
    const project = await shop(await healthy(), hanging.url);
    const reply = await project.send({ target: "/orchestrator/shop/required" });
    expectProblem(reply, 504, "ENDPOINT_TIMED_OUT", ["third", "secret-path", String(hanging.port)]);
    await expect.poll(hanging.openSockets, { timeout: 10_000 }).toBe(0);
  });

  test("and the caller hangs up: the connection is closed long before the deadline of 30 s", async () => {
    const hanging = await silent();
    const project = await shop(await healthy(), hanging.url);
    const socket = connect(project.port, "127.0.0.1");
    socket.write("GET /orchestrator/shop/patient HTTP/1.1\r\nhost: test\r\n\r\n");
    await expect.poll(() => hanging.requests().length, { timeout: 10_000 }).toBe(1);
    socket.destroy();
    await expect.poll(hanging.openSockets, { timeout: 10_000 }).toBe(0);
    expect((await project.send({ target: "/orchestrator/shop/good" })).status).toBe(200);
  });
});

test("a slow query does not stall what else reads the same database", async () => {
  const project = await startProject({
    "data/schema.sql": "CREATE TABLE things (id INTEGER); INSERT INTO things VALUES (7);",
    "config/database.yaml": `database:
  sources:
    default: { connection_string: "sqlite:///data/shop.db", init_sql: data/schema.sql }
  operations:
    slow:
      query: WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000000) SELECT count(*) FROM n
      returns: value
    quick:
      query: SELECT id FROM things
      returns: value
`,
    "config/domains/shop.yaml": `endpoints:
  slow: { data_sources: [{ name: count, type: database, operation: slow }] }
  quick: { data_sources: [{ name: id, type: database, operation: quick }] }
`,
  });
  await project.send({ target: "/orchestrator/shop/quick" });
  const ended: string[] = [];
  const slow = project.send({ target: "/orchestrator/shop/slow" }).then((reply) => {
    ended.push("slow");
    return reply;
  });
  const quick = Array.from({ length: 50 }, async () => {
    const reply = await project.send({ target: "/orchestrator/shop/quick" });
    ended.push("quick");
    return reply.body;
  });
  expect(await Promise.all(quick)).toEqual(Array(50).fill("7"));
  expect(await slow).toMatchObject({ status: 200, body: "3000000" });
  expect(ended.at(-1)).toBe("slow");
});
