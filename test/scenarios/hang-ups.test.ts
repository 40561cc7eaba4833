import { connect, type Socket } from "node:net";
import { expect, test } from "vitest";
import { startProject, type RunningProject } from "./project.js";
import { jsonAnswer, watchedUpstream } from "./watched-upstream.js";

/** A shop that writes a line, waits for an upstream, and writes another; and one that waits before it writes. */
function shop(upstreamUrl: string): Promise<RunningProject> {
  return startProject({
    "data/schema.sql": "CREATE TABLE lines (name TEXT);",
    "config/database.yaml": `database:
  sources:
    default: { connection_string: "sqlite:///data/shop.db", init_sql: data/schema.sql }
  operations:
    add: { query: "INSERT INTO lines VALUES (:name)" }
    list: { query: SELECT name FROM lines }
`,
    "config/integrations/api_sources.yaml": `api:
  sources:
    bank:
      base_url: ${upstreamUrl}
      operations: { wait: { path: /wait } }
`,
    "config/domains/shop.yaml": `endpoints:
  write_first:
    data_sources:
      - { name: one, type: database, operation: add, params: { name: one } }
      - { name: wait, type: api, operation: wait }
      - { name: two, type: database, operation: add, params: { name: "{{ $wait.name }}" } }
  wait_first:
    data_sources:
      - { name: wait, type: api, operation: wait }
      - { name: one, type: database, operation: add, params: { name: one } }
    not_found: $wait == null
  lines: { data_sources: [{ name: lines, type: database, operation: list }] }
`,
  });
}

async function lines(project: RunningProject): Promise<unknown> {
  return JSON.parse((await project.send({ target: "/orchestrator/shop/lines" })).body);
}

function ask(project: RunningProject, target: string): Socket {
  const socket = connect(project.port, "127.0.0.1");
  socket.on("error", () => undefined);
  socket.write(`POST ${target} HTTP/1.1\r\nhost: test\r\ncontent-length: 0\r\n\r\n`);
  return socket;
}

test("once something was written, the plan runs to its end though the caller is gone", async () => {
  const waiting: Socket[] = [];
  const upstream = await watchedUpstream((socket) => void waiting.push(socket));
  const project = await shop(upstream.url);
  const caller = ask(project, "/orchestrator/shop/write_first");
  await expect.poll(() => waiting.length, { timeout: 10_000 }).toBe(1);
  caller.resetAndDestroy();
  expect(await lines(project)).toEqual([{ name: "one" }]);
  waiting[0]!.write(jsonAnswer({ name: "two" }));
  await expect.poll(() => lines(project), { timeout: 10_000 }).toEqual([{ name: "one" }, { name: "two" }]);
});

test("before anything was written, a caller that is gone ends it: nothing is written", async () => {
  const waiting: Socket[] = [];
  const upstream = await watchedUpstream((socket) => void waiting.push(socket));
  const project = await shop(upstream.url);
  const caller = ask(project, "/orchestrator/shop/wait_first");
  await expect.poll(() => waiting.length, { timeout: 10_000 }).toBe(1);
  caller.resetAndDestroy();
  await expect.poll(upstream.openSockets, { timeout: 10_000 }).toBe(0);
  expect(await lines(project)).toEqual([]);
});

test("many callers at once each get their own answer, and those that hang up disturb nobody", async () => {
  const upstream = await watchedUpstream((socket) => void socket.write(jsonAnswer({ name: "x" })));
  const project = await shop(upstream.url);
  const leaving = Array.from({ length: 20 }, () => ask(project, "/orchestrator/shop/wait_first"));
  const staying = Array.from({ length: 40 }, (_, index) => {
    const name = index % 2 === 0 ? "wait_first" : "lines";
    const method = name === "lines" ? "GET" : "POST";
    return project.send({ method, target: `/orchestrator/shop/${name}` });
  });
  for (const socket of leaving) socket.resetAndDestroy();
  const replies = await Promise.all(staying);
  expect(replies.map(({ status }) => status)).toEqual(Array(40).fill(200));
  const written = (await lines(project)) as unknown[];
  expect(written.length).toBeGreaterThanOrEqual(20);
});
