import type * as Runtime from "onnxruntime-node";
import { loadOptional, optionalPackages } from "../optional-packages.js";
import type { Tensor, TensorData } from "./element-type.js";
import type { ModelContent } from "./protocol.js";

/** Nothing but what ends the process: every failure is told by an error anyhow. */
const logSeverityLevel = 4;

/** A loaded model. What it does, it does on the thread that it is called on, and that thread does nothing else. */
export class Session {
  private readonly runtime: typeof Runtime;
  private readonly session: Runtime.InferenceSession;

  private constructor(runtime: typeof Runtime, session: Runtime.InferenceSession) {
    this.runtime = runtime;
    this.session = session;
  }

  /** Throws DRIVER_MISSING, or what ONNX Runtime throws. */
  static async load({ model, weights }: ModelContent, intraOpThreads: number): Promise<Session> {
    const runtime = (await loadOptional(optionalPackages.onnxruntime)) as typeof Runtime;
    keepFloat16AsBits(runtime);
    const session = await runtime.InferenceSession.create(unshared(model), {
      executionProviders: ["cpu"],
      intraOpNumThreads: intraOpThreads,
      interOpNumThreads: 1,
      logSeverityLevel,
      ...(weights.length > 0 && {
        externalData: weights.map(({ path, data }) => ({ path, data: unshared(data) })),
      }),
    });
    return new Session(runtime, session);
  }

  /** Throws what ONNX Runtime throws. */
  async run(feeds: Readonly<Record<string, Tensor>>, fetches: readonly string[]): Promise<readonly Tensor[]> {
    const given: Record<string, Runtime.Tensor> = {};
    for (const name in feeds) given[name] = this.runtimeTensor(feeds[name]!);
    const outputs = await this.session.run(given, fetches, { logSeverityLevel });
    return fetches.map((name) => plainTensor(outputs[name]!));
  }

  release(): Promise<void> {
    return this.session.release();
  }

  private runtimeTensor({ type, data, dims }: Tensor): Runtime.Tensor {
    return new this.runtime.Tensor(type as "float32", data as Float32Array, dims);
  }
}

/** ONNX Runtime takes no shared memory. */
function unshared(bytes: SharedArrayBuffer): Uint8Array {
  return new Uint8Array(bytes).slice();
}

/**
 * ONNX Runtime's binding cannot read the Float16Array that newer versions of Node have. Whether there is one is looked
 * up once, with the first tensor; where none is found, float16 is what it is here: bits.
 */
function keepFloat16AsBits(runtime: typeof Runtime): void {
  const found = Object.getOwnPropertyDescriptor(globalThis, "Float16Array");
  if (found === undefined) return;
  Reflect.deleteProperty(globalThis, "Float16Array");
  try {
    new runtime.Tensor("bool", [true], [1]);
  } finally {
    Object.defineProperty(globalThis, "Float16Array", found);
  }
}

/** Where float16 has an array of its own after all, its bits are the same. */
function plainTensor({ type, dims, data }: Runtime.Tensor): Tensor {
  const plain =
    type === "float16" && !(data instanceof Uint16Array) ? bitsOf(data as unknown as Uint16Array) : data;
  return { type: type as Tensor["type"], dims, data: plain as TensorData };
}

function bitsOf({ buffer, byteOffset, length }: Uint16Array): Uint16Array {
  return new Uint16Array(buffer, byteOffset, length);
}
