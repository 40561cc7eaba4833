import { readdirSync } from "node:fs";
import { afterAll, describe, expect, test } from "vitest";
import type { ElementType, Tensor } from "../../../src/connections/onnx/element-type.js";
import {
  modelPath,
  openModel,
  recorded,
  tensorOf,
  type OpenedModel,
  type RecordedTensor,
} from "./onnx-fixture.js";

/** Every recorded model gives what it gave in Python's ONNX Runtime, on a thread. */
const names = readdirSync(new URL("../../fixtures/onnx/", import.meta.url))
  .filter((file) => file.endsWith(".onnx"))
  .map((file) => file.slice(0, -".onnx".length));

const opened = new Map<string, Promise<OpenedModel>>();
const open = (name: string) => {
  const model = opened.get(name) ?? openModel(modelPath(name));
  opened.set(name, model);
  return model;
};
afterAll(async () => {
  for (const each of opened.values()) await (await each.catch(() => undefined))?.model.close();
});

const loading = names.filter((name) => recorded(name).loadError === undefined);
/** What JavaScript's ONNX Runtime does otherwise: names that are no inputs are ignored, defaults cannot be given. */
const otherwise = new Set(["extra input", "given"]);

const cases = loading.flatMap((name) =>
  recorded(name)
    .cases.filter((each) => !otherwise.has(each.name))
    .map((each) => ({ name, title: each.name, each })),
);

describe("a recorded case", () => {
  test.each(cases)("$name: $title", async ({ name, each }) => {
    const { run, model } = await open(name);
    const { outputs } = model.loaded.file;
    const wanted = each.fetches ?? Object.keys(each.outputs ?? {});
    const tensors = outputs.filter((output) => wanted.length === 0 || wanted.includes(output.name));
    const fetches = each.fetches?.includes("score")
      ? ["score"]
      : tensors.map((output) => output.fetchedAs ?? output.name);
    const feeds = Object.fromEntries(
      Object.entries(each.feeds).map(([key, value]) => [key, tensorOf(value)]),
    );
    const running = run(feeds, fetches);
    if (each.error !== undefined || tensors.some(({ type }) => type === undefined)) {
      const fault = (await running.then(
        () => undefined,
        (reason: unknown) => reason,
      )) as { kind: string };
      return expect(["values", "unsupported", "failed"]).toContain(fault.kind);
    }
    const found = await running;
    for (const [index, output] of tensors.entries()) same(found[index]!, each.outputs![output.name]!);
  });
});

describe("a file that does not load", () => {
  test.each([
    ["external_data_missing", 'its weight file "lost.weights" is not there'],
    ["unknown_operator", "it uses com.example:Frobnicate, an operator that ONNX Runtime does not have"],
    ["newer_opset", "it is newer than the installed ONNX Runtime (opset 99)"],
    ["newer_format", "it is newer than the installed ONNX Runtime (IR version 99)"],
  ])("%s: %s", async (name, reason) => {
    const error = (await openModel(modelPath(name)).then(
      () => undefined,
      (each: unknown) => each,
    )) as Error;
    expect(error).toMatchObject({ code: "MODEL_UNUSABLE" });
    expect(error.message).toContain(reason);
    expect(error.message).not.toContain("onnxruntime_src");
  });

  test("a file that is not there is told so", async () => {
    await expect(openModel(modelPath("nothing"))).rejects.toThrow("it is not there: nothing.onnx");
  });
});

function same(found: Tensor, expected: RecordedTensor): void {
  const rows = expected.data;
  if (expected.type.startsWith("seq(map")) {
    const maps = rows as readonly Readonly<Record<string, number>>[];
    const classes = Object.keys(maps[0]!).sort();
    expect(found.dims).toEqual([maps.length, classes.length]);
    return close(
      found,
      maps.flatMap((map) => classes.map((each) => map[each]!)),
    );
  }
  expect(found.type).toBe(expected.type);
  expect(found.dims).toEqual(expected.dims);
  close(found, Array.from(tensorOf(expected).data as ArrayLike<unknown>));
}

const inexact: readonly ElementType[] = ["float32", "float64"];

function close({ type, data }: Tensor, expected: readonly unknown[]): void {
  expect(data).toHaveLength(expected.length);
  if (!inexact.includes(type)) return expect(Array.from(data as ArrayLike<unknown>)).toEqual(expected);
  for (const [index, value] of (expected as readonly number[]).entries()) {
    const found = data[index] as number;
    if (!Number.isFinite(value)) expect(found).toBe(value);
    else expect(Math.abs(found - value)).toBeLessThanOrEqual(1e-6 * Math.max(1, Math.abs(value)));
  }
}
