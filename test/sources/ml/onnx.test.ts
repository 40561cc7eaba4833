import { copyFileSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, test, vi } from "vitest";
import type { JsonObject, JsonValue } from "../../../src/expression/value.js";
import {
  modelPath,
  recorded,
  type RecordedCase,
  type RecordedTensor,
} from "../../connections/onnx/onnx-fixture.js";
import { mlProject, type MlProject } from "./ml-project.js";

/** Recorded models behind an endpoint, asked over HTTP. */

let projects: MlProject[] = [];
afterEach(async () => {
  for (const each of projects) await each.close();
  projects = [];
});

const endpoint = `
ask:
  method: POST
  path: /ask
  request: { body: {} }
  data_sources: [{ name: it, type: ml, params: { PARAM: $request.body } }]
  response_mapping: $it
`;

function project(name: string, keys: string, param: string): MlProject {
  const source = `type: onnx\nmodel_path: ${modelPath(name)}\nworkers: 1\n${keys}`;
  return mlProject({ source, endpoints: endpoint.replace("PARAM", param) });
}

/** The answer to a body, by a model with some keys. */
async function opened(name: string, keys: string, param: string) {
  const each = project(name, keys, param);
  projects.push(each);
  expect(each.problems).toEqual([]);
  const { app } = await each.open();
  return {
    project: each,
    ask: async (payload: JsonValue): Promise<JsonObject> => {
      const reply = await app.inject({
        method: "POST",
        url: "/orchestrator/ask",
        payload: payload as JsonObject,
      });
      return { status: reply.statusCode, ...(reply.json() as JsonObject) };
    },
  };
}

const columns = "inputs: [a, b, c, d]";
const rowsOf = ({ data }: RecordedTensor, width = 4): JsonObject[] =>
  Array.from({ length: data.length / width }, (_, row) =>
    Object.fromEntries(
      ["a", "b", "c", "d"].slice(0, width).map((name, at) => [name, data[row * width + at] as number]),
    ),
  );
const caseOf = (name: string, title: string) => recorded(name).cases.find((each) => each.name === title)!;

describe("tensors as they are", () => {
  const names = readdirSync(new URL("../../fixtures/onnx/", import.meta.url))
    .filter((file) => file.endsWith(".onnx"))
    .map((file) => file.slice(0, -".onnx".length))
    .filter((name) => recorded(name).loadError === undefined);
  // An input with a default is no input here, and names that are none are refused.
  const skipped = new Set(["given"]);
  const shared = new Map<string, Promise<Awaited<ReturnType<typeof opened>>>>();
  const kept: MlProject[] = [];
  const open = (name: string, fetches: readonly string[] | undefined) => {
    const key = `${name} ${String(fetches)}`;
    const outputs = fetches === undefined ? "" : `outputs: [${fetches.join()}]`;
    const found = shared.get(key) ?? opened(name, `response: raw\n${outputs}`, "tensors");
    shared.set(key, found);
    return found.then((each) => {
      kept.push(each.project);
      projects = projects.filter((one) => one !== each.project);
      return each;
    });
  };
  afterAll(async () => {
    for (const each of new Set(kept)) await each.close();
  });

  const cases = names.flatMap((name) =>
    recorded(name)
      .cases.filter((each) => !skipped.has(each.name) && !(each.fetches ?? []).includes("score"))
      .map((each) => ({ name, title: each.name, each })),
  );

  test.each(cases)("$name: $title", async ({ name, each }) => {
    const { ask } = await open(name, each.fetches);
    const body = Object.fromEntries(
      Object.entries(each.feeds).map(([key, { type, dims, data }]) => [
        key,
        { type, shape: dims as number[], data: data.map((value) => written(value, type)) },
      ]),
    );
    const isFinite = !JSON.stringify(body).includes("Infinity") && !JSON.stringify(body).includes('"NaN"');
    const found = await ask(body);
    if (!isFinite) return expect(found).toMatchObject({ status: 400, code: "FEATURE_INVALID" });
    if (each.error !== undefined) {
      const codes = ["FEATURE_INVALID", "MODEL_BAD_REQUEST"];
      return expect(codes).toContain(found["code"]);
    }
    expect(found["status"]).toBe(200);
    sameOutputs(found, each);
  });
});

/** 64-bit integers are recorded as text; in JSON those that are exact as numbers are numbers. */
function written(value: unknown, type: string): JsonValue {
  const isExact = type.endsWith("int64") && Number.isSafeInteger(Number(value));
  return isExact ? Number(value) : (value as JsonValue);
}

function sameOutputs(found: JsonObject, { outputs, fetches }: RecordedCase): void {
  for (const [name, expected] of Object.entries(outputs!)) {
    if (fetches !== undefined && !fetches.includes(name)) continue;
    if (expected.type.startsWith("seq(tensor")) continue;
    const { shape, data } = found[name] as unknown as { shape: number[]; data: JsonValue[] };
    const isMaps = expected.type.startsWith("seq(map");
    const values = isMaps
      ? (expected.data as readonly JsonObject[]).flatMap((map) =>
          Object.keys(map)
            .sort()
            .map((key) => map[key]!),
        )
      : expected.data;
    if (!isMaps) expect(shape).toEqual(expected.dims);
    expect(data).toHaveLength(values.length);
    for (const [index, value] of values.entries()) sameElement(data[index]!, value, expected.type);
  }
}

function sameElement(found: JsonValue, expected: unknown, type: string): void {
  if (typeof expected === "number" && typeof found === "number") {
    const tolerance = 1e-5 * Math.max(1, Math.abs(expected));
    return expect(Math.abs(found - expected)).toBeLessThanOrEqual(tolerance);
  }
  if (type === "string" || typeof expected === "boolean") return expect(found).toBe(expected);
  // 64-bit integers are recorded as text; what is not finite is null in an answer.
  if (type === "int64" || type === "uint64") return expect(String(found)).toBe(expected);
  expect(found).toBeNull();
}

describe("features by name", () => {
  test.each(["classifier", "classifier_zipmap"])(
    "%s: a label, and the probability of the last of two",
    async (name) => {
      const { ask } = await opened(name, columns, "features");
      const { outputs } = caseOf("classifier", "one row");
      const [row] = rowsOf(caseOf("classifier", "one row").feeds["features"]!);
      const [no, yes] = outputs!["probabilities"]!.data as readonly number[];
      const found = await ask(row!);
      expect(found).toMatchObject({ status: 200, prediction: 1, label: 1, model: "default" });
      expect(found["probability"]).toBeCloseTo(yes!, 5);
      expect(found["probabilities"]).toEqual({
        0: expect.closeTo(no!, 5) as number,
        1: expect.closeTo(yes!, 5) as number,
      });
    },
  );

  test("a hundred rows at once, each its own prediction", async () => {
    const { ask } = await opened("classifier", columns, "rows");
    const { feeds, outputs } = caseOf("classifier", "hundred rows");
    const found = await ask(rowsOf(feeds["features"]!));
    const predictions = found["predictions"] as readonly JsonObject[];
    expect(predictions.map(({ label }) => String(label))).toEqual(outputs!["label"]!.data);
    for (const [row, { probability }] of predictions.entries())
      expect(probability).toBeCloseTo(outputs!["probabilities"]!.data[row * 2 + 1] as number, 5);
  });

  test("64 callers at a time get their own answers", async () => {
    const { ask } = await opened("classifier", columns, "features");
    const { feeds, outputs } = caseOf("classifier", "hundred rows");
    const rows = rowsOf(feeds["features"]!).slice(0, 64);
    const found = await Promise.all(rows.map((row) => ask(row)));
    for (const [row, { probability }] of found.entries())
      expect(probability).toBeCloseTo(outputs!["probabilities"]!.data[row * 2 + 1] as number, 5);
  });

  test("names of classes, the positive one and a threshold are those of the configuration", async () => {
    const keys = `${columns}\nclass_names: [stays, leaves]\npositive_class: stays\nparameters: { threshold: 0.3 }`;
    const { ask } = await opened("classifier", keys, "features");
    const [row] = rowsOf(caseOf("classifier", "one row").feeds["features"]!);
    const found = await ask(row!);
    expect(found).toMatchObject({ prediction: "stays", label: "stays" });
    expect(found["probability"]).toBeCloseTo(0.31238991022109985, 5);
    expect(Object.keys(found["probabilities"] as JsonObject)).toEqual(["stays", "leaves"]);
  });

  test.each(["classifier_text_labels", "classifier_text_zipmap"])(
    "%s: labels that are text",
    async (name) => {
      const { ask } = await opened(name, columns, "rows");
      const { feeds, outputs } = caseOf("classifier_text_labels", "three rows");
      const found = await ask(rowsOf(feeds["features"]!));
      const labels = (found["predictions"] as readonly JsonObject[]).map(({ label }) => label);
      expect(labels).toEqual(outputs!["label"]!.data);
    },
  );

  test("a regressor: a number", async () => {
    const { ask } = await opened("regressor", columns, "features");
    const { feeds, outputs } = caseOf("regressor", "one row");
    const found = await ask(rowsOf(feeds["features"]!)[0]!);
    expect(found["prediction"]).toBeCloseTo(outputs!["variable"]!.data[0] as number, 4);
  });

  test("several targets: a list", async () => {
    const { ask } = await opened("regressor_two_targets", columns, "features");
    const { feeds } = caseOf("regressor_two_targets", "one row");
    expect((await ask(rowsOf(feeds["features"]!)[0]!))["prediction"]).toHaveLength(2);
  });

  test("columns of several types, without `inputs`", async () => {
    const { ask } = await opened("mixed_inputs", "", "rows");
    const { feeds, outputs } = caseOf("mixed_inputs", "two rows");
    const rows = [0, 1].map((row) =>
      Object.fromEntries(Object.entries(feeds).map(([name, { data }]) => [name, data[row] as JsonValue])),
    );
    const typed = rows.map((row) => ({ ...row, count: Number(row["count"]) }));
    const found = (await ask(typed))["predictions"] as readonly JsonObject[];
    for (const [row, { prediction }] of found.entries())
      expect(prediction).toMatchObject({
        city_out: outputs!["city_out"]!.data[row],
        guest: outputs!["guest"]!.data[row],
      });
  });

  test("several wide inputs, each with its list", async () => {
    const keys = "inputs: { numbers: [x, y, z], embedding: [{ name: vector, width: 4 }] }";
    const { ask } = await opened("two_matrices", keys, "features");
    const { feeds, outputs } = caseOf("two_matrices", "two rows");
    const [x, y, z] = feeds["numbers"]!.data as readonly number[];
    const vector = feeds["embedding"]!.data.slice(0, 4) as number[];
    const found = await ask({ x: x!, y: y!, z: z!, vector });
    expect((found["prediction"] as JsonObject)["score"]).toBeCloseTo(outputs!["score"]!.data[0] as number, 5);
  });

  test.each([1, 3, 4, 5, 9])("a model that takes four rows at a time answers %i", async (count) => {
    const { ask } = await opened("fixed_batch", "inputs: [x, y, z]", "rows");
    const rows = Array.from({ length: count }, (_, row) => ({ x: row, y: 1, z: 10 }));
    const found = (await ask(rows))["predictions"] as readonly JsonObject[];
    expect(found.map(({ prediction }) => prediction)).toEqual(rows.map(({ x }) => x + 11));
  });

  test("no rows are no predictions", async () => {
    const { ask } = await opened("classifier", columns, "rows");
    expect(await ask([])).toEqual({ status: 200, predictions: [], model: "default" });
  });

  test("64-bit integers beyond 2^53 come and go as text", async () => {
    const { ask } = await opened("big_ids", "", "features");
    expect(await ask({ id: "9007199254740993" })).toMatchObject({ prediction: "9007199254740994" });
    expect(await ask({ id: 41 })).toMatchObject({ prediction: 42 });
  });

  test.each([
    [{ a: 1, b: 2, c: 3 }, 'The feature "features.d" cannot be used: it is missing.'],
    [{ a: 1, b: 2, c: 3, d: "x" }, 'The feature "features.d" cannot be used: expected a number, got text.'],
    [
      { a: 1, b: 2, c: 3, d: 1e39 },
      'The feature "features.d" cannot be used: 1e+39 is too large for float32.',
    ],
  ])("%j is refused before it is asked", async (row, detail) => {
    const { ask } = await opened("classifier", columns, "features");
    expect(await ask(row)).toMatchObject({ code: "FEATURE_INVALID", detail });
  });

  test("text with a NUL character, where ONNX Runtime would end it, is refused", async () => {
    const { ask } = await opened("text_to_code", "", "features");
    expect(await ask({ word: "a\0b" })).toMatchObject({ status: 400, code: "FEATURE_INVALID" });
  });

  test("what the model itself refuses is 502, or the caller's 400", async () => {
    const { ask, project: each } = await opened("fails_at_run", "", "features");
    expect(await ask({ index: 99 })).toMatchObject({ status: 502, code: "MODEL_BAD_REQUEST" });
    expect(String(each.log.at(-1)!["reason"])).toContain("indices element out of data bounds");
    const passing = await opened("fails_at_run", "pass_client_errors: true", "features");
    expect(await passing.ask({ index: 99 })).toMatchObject({ status: 400, code: "MODEL_BAD_REQUEST" });
  });

  test("outputs that are no tensors are left out, and the operator is told", async () => {
    const { ask, project: each } = await opened("classifier_zipmap", `${columns}\nzipmap: keep`, "features");
    const [row] = rowsOf(caseOf("classifier_zipmap", "one row").feeds["features"]!);
    expect(await ask(row!)).toEqual({ status: 200, prediction: 1, model: "default" });
    expect(each.log).toContainEqual(expect.objectContaining({ outputs: "output_probability" }));
  });
});

test("a model that changes is swapped under a service that goes on", async () => {
  const folder = mkdtempSync(join(tmpdir(), "swapped-"));
  const path = join(folder, "it.onnx");
  copyFileSync(modelPath("regressor"), path);
  const source = `type: onnx\nmodel_path: ${path}\nworkers: 1\n${columns}`;
  const swapped = mlProject({ source, endpoints: endpoint.replace("PARAM", "features") });
  projects.push(swapped);
  const { app } = await swapped.open();
  const [row] = rowsOf(caseOf("regressor", "one row").feeds["features"]!);
  const prediction = async () => {
    const reply = await app.inject({ method: "POST", url: "/orchestrator/ask", payload: row! });
    expect(reply.statusCode).toBe(200);
    return (reply.json() as JsonObject)["prediction"] as number;
  };
  const before = await prediction();
  copyFileSync(modelPath("regressor_boosted"), `${path}.new`);
  renameSync(`${path}.new`, path);
  await vi.waitFor(async () => expect(await prediction()).not.toBe(before), {
    timeout: 20_000,
    interval: 50,
  });
  rmSync(folder, { recursive: true });
});
