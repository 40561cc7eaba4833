import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { OnnxModel, type OnnxOptions } from "../../../src/connections/onnx/onnx-model.js";
import type { ElementType, Tensor, TensorData } from "../../../src/connections/onnx/element-type.js";
import type { RunFault } from "../../../src/connections/onnx/protocol.js";
import { emptyData } from "../../../src/connections/onnx/sample.js";
import { nodeHost } from "../../../src/host/node-host.js";

/** A tensor as it is recorded: 64-bit integers as text, float16 as numbers, what is not finite as text. */
export interface RecordedTensor {
  readonly type: string;
  readonly dims?: readonly number[];
  readonly data: readonly unknown[];
}

export interface RecordedCase {
  readonly name: string;
  readonly feeds: Readonly<Record<string, RecordedTensor>>;
  readonly outputs?: Readonly<Record<string, RecordedTensor>>;
  readonly error?: { readonly class: string; readonly text: string };
  readonly fetches?: readonly string[];
}

export interface Recorded {
  readonly inputs: readonly {
    readonly name: string;
    readonly type: string;
    readonly shape: readonly (number | string | null)[];
  }[];
  readonly outputs: Recorded["inputs"];
  readonly cases: readonly RecordedCase[];
  readonly loadError?: { readonly text: string };
}

const folder = new URL("../../fixtures/onnx/", import.meta.url);

export const modelPath = (name: string) => fileURLToPath(new URL(`${name}.onnx`, folder));

export function recorded(name: string): Recorded {
  return JSON.parse(readFileSync(new URL(`${name}.expected.json`, folder), "utf8")) as Recorded;
}

export interface OpenedModel {
  readonly model: OnnxModel;
  readonly log: readonly string[];
  /** Rejects with a fault, as it is. */
  run(
    feeds: Readonly<Record<string, Tensor>>,
    fetches?: readonly string[],
    rows?: number,
  ): Promise<readonly Tensor[]>;
}

export async function openModel(path: string, options: Partial<OnnxOptions> = {}): Promise<OpenedModel> {
  const log: string[] = [];
  const model = await OnnxModel.open({
    path,
    execution: "worker",
    workers: 1,
    intraOpThreads: 1,
    stripsZipMaps: true,
    clock: nodeHost().clock,
    misfit: () => undefined,
    log: (level, message) => void log.push(`${level} ${message}`),
    ...options,
  });
  const outputNames = () => model.loaded.file.outputs.map(({ name, fetchedAs }) => fetchedAs ?? name);
  return {
    model,
    log,
    run: (feeds, fetches = outputNames(), rows = 1) =>
      new Promise((resolve, reject: (fault: RunFault) => void) => {
        model.run(feeds, fetches, rows, { succeed: resolve, fail: reject });
      }),
  };
}

const floats: Readonly<Record<string, number>> = { NaN, Infinity, "-Infinity": -Infinity };

/** The recorded tensor as ONNX Runtime takes it. */
export function tensorOf({ type, dims = [], data }: RecordedTensor): Tensor {
  const elementType = type as ElementType;
  if (elementType === "string") return { type: elementType, dims, data: data as readonly string[] };
  const filled = emptyData(elementType, data.length) as Exclude<TensorData, readonly string[]>;
  for (const [index, value] of data.entries()) {
    const number = typeof value === "string" ? (floats[value] ?? 0) : Number(value);
    if (filled instanceof BigInt64Array || filled instanceof BigUint64Array)
      filled[index] = BigInt(value as string);
    else filled[index] = elementType === "float16" ? halfBits(number) : number;
  }
  return { type: elementType, dims, data: filled };
}

/** The bits of a number that float16 holds exactly. */
function halfBits(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (Number.isNaN(value)) return 0x7e00;
  if (size === Infinity) return sign | 0x7c00;
  if (size < 2 ** -14) return sign | Math.round(size * 2 ** 24);
  const exponent = Math.floor(Math.log2(size));
  return sign | ((exponent + 15) << 10) | Math.round((size / 2 ** exponent - 1) * 1_024);
}
