import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Tensor } from "../../../src/connections/onnx/element-type.js";
import { loadFault } from "../../../src/connections/onnx/fault.js";
import { modelPath, openModel, recorded, tensorOf, type OpenedModel } from "./onnx-fixture.js";
import { slowModel, writeModel } from "./write-model.js";

let folder: string;
let opened: OpenedModel[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "onnx-"));
  opened = [];
});
afterEach(async () => {
  for (const { model } of opened) await model.close();
  rmSync(folder, { recursive: true, force: true });
});

const open: typeof openModel = async (...args) => {
  const each = await openModel(...args);
  opened.push(each);
  return each;
};

/** `x` times itself `power` times, so that two of them can be told apart. */
const powerModel = (power: number) =>
  writeModel({
    nodes: Array.from({ length: power - 1 }, (_, index) => ({
      kind: "Mul",
      inputs: [index === 0 ? "x" : `x${index}`, "x"],
      outputs: [index === power - 2 ? "y" : `x${index + 1}`],
    })),
    inputs: [{ name: "x", type: 1, shape: ["n"] }],
    outputs: [{ name: "y", type: 1, shape: ["n"] }],
  });

const numbers = (...data: number[]): Tensor => ({
  type: "float32",
  dims: [data.length],
  data: Float32Array.from(data),
});
const sized = (size: number): Tensor => ({
  type: "int64",
  dims: [2],
  data: BigInt64Array.of(BigInt(size), BigInt(size)),
});
const valuesOf = (tensors: readonly Tensor[]) => Array.from(tensors[0]!.data as Float32Array);
const endless = 2_500;

function inFolder(name: string, content: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** As tools write models: beside the old one, and then in its place. */
function putInPlace(path: string, content: Uint8Array): void {
  writeFileSync(`${path}.new`, content);
  renameSync(`${path}.new`, path);
}

describe("many callers", () => {
  test("of 64 at a time everyone gets the answer to their own question", async () => {
    const { run } = await open(inFolder("square.onnx", powerModel(2)), { workers: 2 });
    const callers = Array.from({ length: 64 }, async (_, caller) => {
      for (let round = 0; round < 20; round++) {
        const value = caller * 20 + round;
        expect(valuesOf(await run({ x: numbers(value, 1) }))).toEqual([value * value, 1]);
      }
    });
    await Promise.all(callers);
  });

  test.each(["worker", "inline"] as const)(
    "%s: more than 1,024 that wait are refused, and those that wait are answered",
    async (execution) => {
      const { run } = await open(inFolder("square.onnx", powerModel(2)), { execution });
      const results = await Promise.allSettled(Array.from({ length: 1_100 }, () => run({ x: numbers(3) })));
      const refused = results.filter((each) => each.status === "rejected");
      expect(refused.map(({ reason }) => (reason as { kind: string }).kind)).toEqual(
        Array<string>(1_100 - 1_025).fill("busy"),
      );
    },
  );

  test("a large tensor is handed over, and comes back whole", async () => {
    const { run } = await open(inFolder("square.onnx", powerModel(2)));
    const x = numbers(...Array.from({ length: 100_000 }, (_, index) => index % 100));
    expect(valuesOf(await run({ x })).slice(98, 102)).toEqual([9604, 9801, 0, 1]);
    expect((x.data as Float32Array).length).toBe(0);
  });
});

describe("a run that takes longer than those before", () => {
  test("holds up nobody where another thread is free", async () => {
    const opened = await open(inFolder("slow.onnx", slowModel()), { workers: 2 });
    const { run } = opened;
    for (let count = 0; count < 20; count++) await run({ size: sized(1) });
    const ended: string[] = [];
    const ask = async (name: string, size: number) => {
      await run({ size: sized(size) });
      ended.push(name);
    };
    const both = [ask("keeps a thread busy", 20), ask("keeps a thread busy", 20)];
    const others = Array.from({ length: 10 }, (_, index) =>
      index === 2 ? ask("long", 800) : ask("short", 1),
    );
    await Promise.all([...both, ...others]);
    expect(ended.at(-1)).toBe("long");
  });

  test("and is given up, holds up nobody for long", async () => {
    const { run, model } = await open(inFolder("slow.onnx", slowModel()));
    for (let count = 0; count < 20; count++) await run({ size: sized(1) });
    const first = run({ size: sized(20) });
    const answered: string[] = [];
    const receiver = { succeed: () => answered.push("succeed"), fail: () => answered.push("fail") };
    const before = run({ size: sized(1) });
    const long = model.run({ size: sized(endless) }, ["sum"], 1, receiver);
    const after = run({ size: sized(2) });
    await first;
    await new Promise((resolve) => setTimeout(resolve, 20));
    long.cancel();
    expect(valuesOf(await before)).toEqual([1]);
    expect(valuesOf(await after)).toEqual([8]);
    expect(answered).toEqual([]);
  });
});

describe("a run that is given up", () => {
  test("does not hold up the next ones: another thread takes over", async () => {
    const { run, model, log } = await open(inFolder("slow.onnx", slowModel()));
    const answered: string[] = [];
    const long = model.run({ size: sized(endless) }, ["sum"], 1, {
      succeed: () => answered.push("long"),
      fail: () => answered.push("long failed"),
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    long.cancel();
    expect(valuesOf(await run({ size: sized(10) }))).toEqual([1_000]);
    expect(log).toEqual([
      "warn The model still computes what nobody waits for; another thread takes its thread's place.",
    ]);
    expect(answered).toEqual([]);
  });

  test("while it waits, never begins", async () => {
    const { run, model } = await open(inFolder("square.onnx", powerModel(2)));
    const first = run({ x: numbers(2) });
    const answered: string[] = [];
    const receiver = { succeed: () => answered.push("succeed"), fail: () => answered.push("fail") };
    const waiting = model.run({ x: numbers(3) }, ["y"], 1, receiver);
    waiting.cancel();
    await first;
    await run({ x: numbers(4) });
    expect(answered).toEqual([]);
  });
});

describe("the end", () => {
  test("waits for what runs, and tells what waits that it was cancelled", async () => {
    const { run, model } = await open(inFolder("slow.onnx", slowModel()));
    const running = run({ size: sized(400) });
    const waiting = run({ size: sized(10) }).catch((fault: unknown) => fault);
    await model.close();
    expect(valuesOf(await running)).toEqual([64_000_000]);
    expect(await waiting).toMatchObject({ kind: "cancelled", wasSent: false });
  });

  test("of the process in mid-run is clean", () => {
    const script = fileURLToPath(new URL("end-in-mid-run.mjs", import.meta.url));
    const ended = spawnSync(process.execPath, [script, inFolder("slow.onnx", slowModel())], {
      encoding: "utf8",
    });
    expect(ended.stderr).toBe("");
    expect(ended.status).toBe(3);
  });
});

describe("a file that changes", () => {
  const looking = { lookEveryMs: 10 };

  test("takes over without a failing call", async () => {
    const path = inFolder("power.onnx", powerModel(2));
    const { run, log } = await open(path, { ...looking, workers: 2 });
    const seen = new Set<number>();
    let isDone = false;
    const callers = Array.from({ length: 16 }, async () => {
      while (!isDone) seen.add(valuesOf(await run({ x: numbers(2) }))[0]!);
    });
    for (const power of [3, 4]) {
      putInPlace(path, powerModel(power));
      await vi.waitFor(() => expect(seen).toContain(2 ** power), 10_000);
    }
    isDone = true;
    await Promise.all(callers);
    expect([...seen]).toEqual([4, 8, 16]);
    expect(log).toEqual(["info The changed model serves now.", "info The changed model serves now."]);
  });

  test("and cannot be used, changes nothing, until it can be", async () => {
    const path = inFolder("power.onnx", powerModel(2));
    const { run, log } = await open(path, looking);
    putInPlace(path, Buffer.from("this is no model"));
    await vi.waitFor(() => expect(log).toHaveLength(1), 10_000);
    expect(log[0]).toBe(
      "error The changed model cannot be used, so the one before still serves: it is no ONNX model, or only the beginning of one",
    );
    expect(valuesOf(await run({ x: numbers(3) }))).toEqual([9]);
    putInPlace(path, powerModel(3));
    await vi.waitFor(async () => expect(valuesOf(await run({ x: numbers(3) }))).toEqual([27]), 10_000);
  });

  test("and does not load, or is another model, changes nothing", async () => {
    const path = inFolder("power.onnx", powerModel(2));
    const misfit = ({ inputs }: { readonly inputs: readonly { readonly name: string }[] }) =>
      inputs[0]?.name === "x" ? undefined : "it has other inputs";
    const { run, log } = await open(path, { ...looking, misfit });
    copyFileSync(modelPath("unknown_operator"), path);
    await vi.waitFor(() => expect(log.at(-1)).toContain("Frobnicate"), 10_000);
    putInPlace(path, slowModel());
    await vi.waitFor(() => expect(log.at(-1)).toContain("it has other inputs"), 10_000);
    expect(valuesOf(await run({ x: numbers(3) }))).toEqual([9]);
  });

  test("weights that change are a change of the model", async () => {
    const path = inFolder("external_data.onnx", Buffer.alloc(0));
    copyFileSync(modelPath("external_data"), path);
    const weights = join(folder, "external_data.weights");
    copyFileSync(modelPath("external_data").replace(/onnx$/, "weights"), weights);
    const { run, log } = await open(path, looking);
    const [recordedCase] = recorded("external_data").cases;
    const feeds = { x: tensorOf(recordedCase!.feeds["x"]!) };
    const before = valuesOf(await run(feeds));
    putInPlace(weights, Buffer.alloc(1_024));
    await vi.waitFor(() => expect(log).toEqual(["info The changed model serves now."]), 10_000);
    const after = valuesOf(await run(feeds));
    expect(after).toEqual(before.map(() => 0));
    expect(before).not.toEqual(after);
  });
});

describe("where a model runs", () => {
  test.each(["inline", "auto"] as const)("%s gives the same answers", async (execution) => {
    const { run } = await open(inFolder("square.onnx", powerModel(2)), { execution });
    const answers = await Promise.all([1, 2, 3].map((value) => run({ x: numbers(value) })));
    expect(answers.map(valuesOf)).toEqual([[1], [4], [9]]);
    expect(valuesOf(await run({ x: numbers(5) }, ["y"], 5_000))).toEqual([25]);
    await expect(run({ x: sized(1) })).rejects.toMatchObject({ kind: "values" });
  });

  test("inline, everything else has its turn after each run", async () => {
    const { run } = await open(inFolder("square.onnx", powerModel(2)), { execution: "inline" });
    let turns = 0;
    let next = setImmediate(function turn() {
      turns++;
      next = setImmediate(turn);
    });
    await Promise.all(Array.from({ length: 50 }, () => run({ x: numbers(3) })));
    clearImmediate(next);
    expect(turns).toBeGreaterThan(45);
  });

  test("inline, runs that wait at the end are told that they were cancelled", async () => {
    const { run, model } = await open(inFolder("square.onnx", powerModel(2)), { execution: "inline" });
    const running = run({ x: numbers(3) });
    const waiting = run({ x: numbers(4) }).catch((fault: unknown) => fault);
    await model.close();
    expect(valuesOf(await running)).toEqual([9]);
    expect(await waiting).toMatchObject({ kind: "cancelled", wasSent: false });
  });

  test("a run on the event loop that is given up has no answer", async () => {
    const { run, model } = await open(inFolder("square.onnx", powerModel(2)), { execution: "inline" });
    const answered: string[] = [];
    const receiver = { succeed: () => answered.push("succeed"), fail: () => answered.push("fail") };
    model.run({ x: numbers(3) }, ["y"], 1, receiver).cancel();
    await run({ x: numbers(4) });
    expect(answered).toEqual([]);
  });
});

test("a locale that is missing is told with what to do", () => {
  const { text } = recorded("text_locale").loadError!;
  expect(loadFault(new Error(text)).reason).toContain('export the model with the option `locale: "C"`');
});
