import { emptyData } from "../../../connections/onnx/sample.js";
import type { ElementType, Tensor, TensorData } from "../../../connections/onnx/element-type.js";
import { isJsonList, type JsonValue } from "../../../expression/value.js";
import { failure } from "../../../problems/orchestrator-error.js";
import { float16Bits } from "./float16.js";
import type { InputLayout } from "./input-layout.js";

/** The input tensors of some rows, which the parameter `asked` gave. Throws FEATURE_INVALID. */
export function feedsOf(
  asked: "features" | "rows",
  layouts: readonly InputLayout[],
  rows: readonly (readonly JsonValue[])[],
): Readonly<Record<string, Tensor>> {
  const feeds: Record<string, Tensor> = {};
  for (const { input, type, columns, width, dims } of layouts) {
    const writer = writerOf(type, rows.length * width, asked);
    for (const row of rows) {
      for (const place of columns) {
        const value = row[place]!;
        if (isJsonList(value)) for (const element of value) writer.write(element);
        else writer.write(value);
      }
    }
    feeds[input] = { type, dims: dims(rows.length), data: writer.data };
  }
  return feeds;
}

/** A tensor of converted elements, which came as `name`. Throws FEATURE_INVALID. */
export function tensorOf(
  name: string,
  type: ElementType,
  dims: readonly number[],
  elements: readonly JsonValue[],
): Tensor {
  const writer = writerOf(type, elements.length, name);
  for (const element of elements) writer.write(element);
  return { type, dims, data: writer.data };
}

interface Writer {
  readonly data: TensorData;
  write(value: JsonValue): void;
}

function writerOf(type: ElementType, length: number, name: string): Writer {
  const data = emptyData(type, length);
  let at = 0;
  if (Array.isArray(data)) return { data, write: (value) => void (data[at++] = textOf(value, name)) };
  if (data instanceof BigInt64Array || data instanceof BigUint64Array)
    return { data, write: (value) => void (data[at++] = BigInt(value as number | string)) };
  if (type === "float16") return { data, write: (value) => void (data[at++] = float16Bits(Number(value))) };
  return { data, write: (value) => void (data[at++] = Number(value)) };
}

/** ONNX Runtime would end a text there, silently. */
function textOf(value: JsonValue, name: string): string {
  const text = String(value);
  if (!text.includes("\0")) return text;
  throw failure(
    "FEATURE_INVALID",
    { name, reason: "a text in it holds a NUL character" },
    { wasSent: false },
  );
}
