import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { OtherSource, Prepared } from "../../../src/contracts/source.js";
import type { JsonObject } from "../../../src/expression/value.js";
import { FileSink } from "../../../src/sources/ml/record/file-sink.js";
import { RecordQueue } from "../../../src/sources/ml/record/record-queue.js";
import { TableSink } from "../../../src/sources/ml/record/table-sink.js";
import type { InferenceRecord } from "../../../src/sources/ml/record/inference-record.js";
import { failure } from "../../../src/problems/orchestrator-error.js";
import { VirtualClock } from "../../engine/virtual-clock.js";
import { temporaryFolder } from "../../host/temporary-folder.js";
import { mlProject, type MlProject } from "./ml-project.js";
import { modelServer } from "./model-server.js";

const eventually = { timeout: 10_000 };

const endpoints = `
score:
  request: { query_params: { age: { type: integer }, ssn: {} } }
  data_sources:
    - name: score
      type: ml
      params: { features: { age: $request.age, ssn: $request.ssn } }
      traffic:
        arms: [{ operation: v1, weight: 1 }, { operation: v2, weight: 0 }]
        shadow: [{ operation: next }]
  response_mapping: $score
`;

const models = "models: { v1: { endpoint: /v1 }, v2: {}, next: { endpoint: /next } }";

async function loggingProject(log: string, status = 200, more: Record<string, string> = {}) {
  const server = await modelServer(() => ({ status, body: { probability: 0.5, version: "7" } }));
  onTestFinished(() => server.close());
  const source = `base_url: ${server.url}\n${models}\ninference_log: ${log}`;
  const project = mlProject({ source, endpoints, files: { "data/.keep": "", ...more } });
  onTestFinished(() => project.close());
  expect(project.problems).toEqual([]);
  const { app } = await project.open();
  const ask = () => app.inject({ method: "GET", url: "/orchestrator/models/score?age=7&ssn=123" });
  return { project, ask, app };
}

function records({ folder }: MlProject): readonly Record<string, unknown>[] {
  const path = join(folder, "logs/inference.ndjson");
  if (!existsSync(path)) return [];
  return readFileSync(path, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

test("one record a call, shadows too, in a file of lines", async () => {
  const { project, ask } = await loggingProject("{ file: logs/inference.ndjson, redact: [ssn] }");
  expect((await ask()).statusCode).toBe(200);
  await expect.poll(() => records(project).length, eventually).toBe(2);
  const [first, shadow] = [...records(project)].sort((a, b) => Number(a["shadow"]) - Number(b["shadow"]));
  expect(Object.keys(first!)).toEqual([
    ...["time", "execution_id", "endpoint", "step", "source", "model", "version", "arm"],
    ...["shadow", "inputs", "feature_times", "output", "duration_ms", "error"],
  ]);
  expect(first).toMatchObject({
    ...{ endpoint: "models.score", step: "score", source: "ml.default", model: "v1", version: "7" },
    ...{ arm: "v1", shadow: false, inputs: { age: 7, ssn: "[redacted]" }, error: null },
    feature_times: null,
    output: { probability: 0.5 },
  });
  expect(first!["execution_id"]).toMatch(/^[0-9a-f-]{36}$/);
  expect(first!["duration_ms"]).toBeGreaterThan(0);
  expect(shadow).toMatchObject({ model: "next", arm: "next", shadow: true });
});

test("a call that failed is recorded with its code", async () => {
  const { project, ask } = await loggingProject("{ file: logs/inference.ndjson }", 500);
  expect((await ask()).statusCode).toBe(502);
  await expect.poll(() => records(project).length, eventually).toBe(2);
  expect(records(project)[0]).toMatchObject({ output: null, error: "MODEL_FAILED" });
});

test("a share of the calls is recorded, and what waits is written when the service ends", async () => {
  const { project, ask } = await loggingProject("{ file: logs/inference.ndjson, sample: 25% }");
  for (let call = 0; call < 200; call++) expect((await ask()).statusCode).toBe(200);
  const folder = project.folder;
  const lines = () => records({ folder } as MlProject).filter(({ shadow }) => shadow === false).length;
  await expect.poll(lines, eventually).toBeGreaterThan(0);
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(Math.abs(lines() - 50)).toBeLessThan(5 * Math.sqrt(200 * 0.25 * 0.75));
});

test("a file that cannot be written: the calls are answered, and the loss is counted and told", async () => {
  const { project, ask } = await loggingProject("{ file: blocked/inference.ndjson }");
  writeFileSync(join(project.folder, "blocked"), "a file where a folder should be");
  expect((await ask()).statusCode).toBe(200);
  await expect
    .poll(
      () => project.log.find(({ message }) => message === "Records of the inference log are lost."),
      eventually,
    )
    .toMatchObject({ level: "warn", source: "ml.default" });
});

test("a file that cannot be written takes none, also while it is not tried again", async () => {
  const folder = temporaryFolder({ blocked: "a file where a folder should be" });
  const sink = new FileSink(join(folder, "blocked/inference.ndjson"));
  for (let attempt = 0; attempt < 3; attempt++)
    await expect(sink.write([{} as InferenceRecord])).rejects.toThrow(/EEXIST|ENOTDIR/);
  await sink.close();
});

test("what does not fit into the queue is lost, counted, and told once a minute", async () => {
  const clock = new VirtualClock();
  const told: unknown[] = [];
  let written = 0;
  const sink = {
    together: (waiting: number) => Math.min(waiting, 500),
    write: async (batch: readonly InferenceRecord[]) => void (written += batch.length),
    close: async () => undefined,
  };
  const queue = new RecordQueue(sink, "ml.it", clock, (_level, _message, facts) => told.push(facts));
  for (let record = 0; record < 10_007; record++) queue.add({} as InferenceRecord);
  expect(queue.lost).toBe(7);
  expect(told).toEqual([{ source: "ml.it", lost: 1, new: 1, reason: "too many of them wait" }]);
  await clock.advance(200);
  expect(written).toBe(10_000);
  for (let record = 0; record < 3; record++) queue.add({} as InferenceRecord);
  await queue.close();
  expect(written).toBe(10_003);
});

/** Tells of each statement that it is given, and refuses the one with this number. */
function watchedDatabase(refused: number) {
  const statements: JsonObject[] = [];
  const database: OtherSource = {
    prepare: (operation) => operation as unknown as Prepared,
    start(_call, parameters, _context, receiver) {
      const isRefused = statements.push(parameters) === refused;
      queueMicrotask(() =>
        isRefused ? receiver.fail(failure("SOURCE_FAULT", {})) : receiver.succeed({ value: null }),
      );
      return { cancel: () => undefined };
    },
  };
  const rowsOf = (parameters: JsonObject) =>
    Object.entries(parameters).flatMap(([name, value]) => (name.startsWith("execution_id_") ? [value] : []));
  return { database, rows: () => statements.map(rowsOf) };
}

test("what waits goes into a table in few statements, in its order; one that is refused is lost alone", async () => {
  const clock = new VirtualClock();
  const { database, rows } = watchedDatabase(2);
  let counted = 0;
  const meter = { lost: (count: number) => void (counted += count) };
  const queue = new RecordQueue(
    new TableSink(database, "inferences", clock),
    "ml.it",
    clock,
    () => undefined,
    meter,
  );
  const ids = Array.from({ length: 300 }, (_, index) => `call ${index}`);
  for (const id of ids) queue.add({ execution_id: id } as unknown as InferenceRecord);
  expect(rows()).toEqual([]);
  await clock.advance(200);
  expect(rows().map(({ length }) => length)).toEqual([...Array<number>(9).fill(32), 8, 4]);
  expect(rows().flat()).toEqual(ids);
  expect([queue.lost, counted]).toEqual([32, 32]);
  queue.add({ execution_id: "the last" } as unknown as InferenceRecord);
  await queue.close();
  expect(rows().at(-1)).toEqual(["the last"]);
});

test.each([
  ["no place", "{ sample: 10% }", ["ml_config.yaml:5:24 CONFIG_KEY_MISSING"]],
  ["two places", "{ file: a, source_id: b, table: c }", ["ml_config.yaml:5:24 CONFIG_KEYS_EXCLUSIVE"]],
  ["no table", "{ source_id: b }", ["ml_config.yaml:5:24 CONFIG_KEY_MISSING"]],
  ["a database that is not there", "{ source_id: b, table: c }", ["ml_config.yaml:5:35 SOURCE_UNKNOWN"]],
  [
    "a table that is no name",
    "{ source_id: b, table: 'c; d' }",
    ["ml_config.yaml:5:45 CONFIG_VALUE_INVALID"],
  ],
])("%s is a problem of check", (_title, log, problems) => {
  const project = mlProject({
    source: `base_url: http://a\ninference_log: ${log}`,
    endpoints: "score:\n  data_sources: [{ name: score, type: ml, params: { features: {} } }]",
  });
  onTestFinished(() => project.close());
  expect(project.problems).toEqual(problems);
});
