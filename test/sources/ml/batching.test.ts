import { afterEach, describe, expect, test } from "vitest";
import { setTimeout as pause } from "node:timers/promises";
import type { JsonObject } from "../../../src/expression/value.js";
import { nodeHost } from "../../../src/host/node-host.js";
import { failure, type OrchestratorError } from "../../../src/problems/orchestrator-error.js";
import type { Answer, AnswerReceiver, Backend, RowsQuestion } from "../../../src/sources/ml/backend.js";
import { BatchingBackend } from "../../../src/sources/ml/batching/batching-backend.js";
import { mlProject, type MlProject } from "./ml-project.js";
import { modelServer, type ModelServer } from "./model-server.js";

const { clock } = nodeHost({});
const features = [{ name: "a", width: 1, type: undefined, defaultValue: undefined, tensor: undefined }];
const noParameters = {};

/** A model that answers each row with ten times its value, when a test lets it. */
class Model implements Backend {
  readonly signature = undefined;
  readonly asked: {
    readonly question: RowsQuestion;
    readonly receiver: AnswerReceiver;
    isCancelled: boolean;
  }[] = [];

  predict(question: RowsQuestion, _: unknown, receiver: AnswerReceiver) {
    const one = { question, receiver, isCancelled: false };
    this.asked.push(one);
    return { cancel: () => void (one.isCancelled = true) };
  }

  ready = async () => undefined;

  rowsOf(index: number) {
    return this.asked[index]!.question.rows.map(([value]) => value);
  }

  answer(index: number, values = this.rowsOf(index).map((value) => Number(value) * 10)) {
    this.asked[index]!.receiver.succeed({ kind: "values", values, raw: () => values });
  }
}

interface Outcome {
  values?: unknown;
  code?: string;
}

function asking(limits: { max_size?: number; max_wait?: number; max_queue?: number }) {
  const model = new Model();
  const batching = new BatchingBackend(
    model,
    { max_size: 4, max_wait: 20, max_queue: 100, ...limits },
    clock,
  );
  const ask = (values: readonly number[], parameters: JsonObject = noParameters, leftMs = 10_000) => {
    const outcome: Outcome = {};
    const rows = values.map((value) => [value]);
    const question: RowsQuestion = { kind: "rows", features, rows, isMany: values.length > 1, parameters };
    const call = batching.predict(
      question,
      { deadlineMs: clock.monotonicMs() + leftMs },
      {
        succeed: (answer: Answer) => (outcome.values = answer.kind === "values" ? answer.values : answer),
        fail: (error: OrchestratorError) => (outcome.code = error.code),
      },
    );
    return { outcome, cancel: () => call.cancel() };
  };
  return { model, ask };
}

test("a model that is idle is asked at once, and one that is busy when it is idle again", () => {
  const { model, ask } = asking({});
  const first = ask([1]);
  const [second, third] = [ask([2]), ask([3])];
  expect(model.asked).toHaveLength(1);
  model.answer(0);
  expect(first.outcome).toEqual({ values: [10] });
  expect(model.rowsOf(1)).toEqual([2, 3]);
  model.answer(1);
  expect([second.outcome, third.outcome]).toEqual([{ values: [20] }, { values: [30] }]);
});

test("enough rows go together though the model is busy, and the first never waits longer than it must", async () => {
  const { model, ask } = asking({});
  const calls = [1, 2, 3, 4, 5, 6].map((value) => ask([value]));
  expect(model.asked.map((_, index) => model.rowsOf(index))).toEqual([[1], [2, 3, 4, 5]]);
  await pause(60);
  expect(model.rowsOf(2)).toEqual([6]);
  for (const index of [2, 0, 1]) model.answer(index);
  expect(calls.map(({ outcome }) => outcome.values)).toEqual([[10], [20], [30], [40], [50], [60]]);
});

test("questions of several rows stay whole, and those that are large go alone", () => {
  const { model, ask } = asking({});
  ask([1]);
  const two = ask([2, 3, 4]);
  const more = ask([5, 6]);
  const large = ask([7, 8, 9, 10, 11]);
  expect(model.asked.map((_, index) => model.rowsOf(index))).toEqual([[1], [2, 3, 4], [7, 8, 9, 10, 11]]);
  for (const index of [0, 1, 2]) model.answer(index);
  model.answer(3);
  expect([two, more, large].map(({ outcome }) => outcome.values)).toEqual([
    [20, 30, 40],
    [50, 60],
    [70, 80, 90, 100, 110],
  ]);
});

test("questions with other parameters are never mixed", () => {
  const { model, ask } = asking({});
  ask([1]);
  ask([2], { deep: true });
  expect(model.asked.map(({ question }) => question.parameters)).toEqual([{}, { deep: true }]);
});

test("one that has little time left does not wait", () => {
  const { model, ask } = asking({});
  ask([1]);
  ask([2]);
  ask([3], noParameters, 15);
  expect(model.rowsOf(1)).toEqual([2, 3]);
});

test("what the model refuses is asked again one by one, so that a bad row fails alone", () => {
  const { model, ask } = asking({});
  ask([1]);
  const calls = [2, 3, 4].map((value) => ask([value]));
  model.answer(0);
  model.asked[1]!.receiver.fail(failure("MODEL_BAD_REQUEST", {}));
  expect(model.asked.slice(2).map(({ question }) => question.rows)).toEqual([[[2]], [[3]], [[4]]]);
  model.answer(2);
  model.asked[3]!.receiver.fail(failure("MODEL_BAD_REQUEST", {}));
  model.answer(4);
  expect(calls.map(({ outcome }) => outcome)).toEqual([
    { values: [20] },
    { code: "MODEL_BAD_REQUEST" },
    { values: [40] },
  ]);
});

test("every other failure is everyone's, and so is an answer of the wrong length", () => {
  const { model, ask } = asking({});
  ask([1]);
  const failed = [ask([2]), ask([3])];
  model.answer(0);
  model.asked[1]!.receiver.fail(failure("MODEL_FAILED", {}));
  expect(failed.map(({ outcome }) => outcome.code)).toEqual(["MODEL_FAILED", "MODEL_FAILED"]);
  ask([4]);
  const wrong = [ask([5]), ask([6])];
  model.answer(2);
  model.answer(3, [1, 2, 3]);
  expect(wrong.map(({ outcome }) => outcome.code)).toEqual(["MODEL_BAD_RESPONSE", "MODEL_BAD_RESPONSE"]);
});

describe("given up", () => {
  test("before it is sent, its rows are not asked about", () => {
    const { model, ask } = asking({});
    ask([1]);
    const [left, kept] = [ask([2]), ask([3])];
    left.cancel();
    model.answer(0);
    expect(model.rowsOf(1)).toEqual([3]);
    model.answer(1);
    expect([left.outcome, kept.outcome]).toEqual([{}, { values: [30] }]);
  });

  test("after it was sent, the others get theirs; when nobody waits the question is given up", () => {
    const { model, ask } = asking({});
    ask([1]);
    const [left, kept] = [ask([2]), ask([3])];
    model.answer(0);
    left.cancel();
    expect(model.asked[1]!.isCancelled).toBe(false);
    model.answer(1);
    expect([left.outcome, kept.outcome]).toEqual([{}, { values: [30] }]);
    const last = ask([4]);
    last.cancel();
    expect(model.asked[2]!.isCancelled).toBe(true);
    ask([5]);
    expect(model.rowsOf(3)).toEqual([5]);
  });

  test("its place in the queue is free again", () => {
    const { ask } = asking({ max_queue: 2 });
    const first = ask([1]);
    ask([2]);
    first.cancel();
    first.cancel();
    ask([3]);
    const full = ask([4]);
    return pause(1).then(() => expect(full.outcome).toEqual({ code: "MODEL_OVERLOADED" }));
  });
});

let server: ModelServer | undefined;
let project: MlProject | undefined;

afterEach(async () => {
  await project?.close();
  await server?.close();
});

test("200 requests at once to a model that takes 50 ms are a handful of questions, each with its own answer", async () => {
  server = await modelServer(({ json }) => {
    const { instances } = json as { instances: readonly { readonly a: number }[] };
    return { body: { predictions: instances.map(({ a }) => a * 10) }, afterMs: 50 };
  });
  project = mlProject({
    source: `protocol: kserve_v1\nbase_url: ${server.url}\nbatching: { max_size: 32, max_wait: 20ms }`,
    endpoints: `
it:
  path: /it
  request: { query_params: { a: { type: integer } } }
  data_sources: [{ name: it, type: ml, params: { features: { a: $request.a } } }]
`,
  });
  expect(project.problems).toEqual([]);
  const { app } = await project.open();
  const asked = Array.from({ length: 200 }, (_, index) => app.inject({ url: `/orchestrator/it?a=${index}` }));
  const replies = await Promise.all(asked);
  expect(replies.map((reply) => reply.json()["prediction"])).toEqual(replies.map((_, index) => index * 10));
  expect(server.asked.length).toBeLessThanOrEqual(200 / 32 + 2);
});
