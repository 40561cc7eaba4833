import { availableParallelism } from "node:os";
import { isAbsolute, join } from "node:path";
import type { ModelFile } from "../../../connections/onnx/model-file.js";
import { OnnxModel } from "../../../connections/onnx/onnx-model.js";
import type { Opening } from "../../../contracts/source.js";
import type { Backend, ModelHost } from "../backend.js";
import type { Model } from "../model.js";
import type { MlSettings } from "../settings.js";
import { OnnxBackend } from "./onnx-backend.js";

/** The models of one source that are files, loaded. */
export class OnnxHost implements ModelHost {
  private readonly running: ReadonlyMap<Model, OnnxModel>;

  private constructor(running: ReadonlyMap<Model, OnnxModel>) {
    this.running = running;
  }

  /** Throws DRIVER_MISSING and MODEL_UNUSABLE. */
  static async open(opening: Opening<MlSettings>, models: readonly Model[]): Promise<OnnxHost> {
    const opened = await Promise.allSettled(models.map((model) => openModel(opening, model)));
    const running = new Map<Model, OnnxModel>();
    for (const [index, each] of opened.entries())
      if (each.status === "fulfilled") running.set(models[index]!, each.value);
    const host = new OnnxHost(running);
    const failed = opened.find((each) => each.status === "rejected");
    if (failed === undefined) return host;
    await host.close();
    throw failed.reason;
  }

  backendOf(model: Model): Backend {
    return new OnnxBackend(model, this.running.get(model)!);
  }

  async close(): Promise<void> {
    await Promise.all([...this.running.values()].map((model) => model.close()));
  }
}

async function openModel(
  { projectFolder, host, log, name: source }: Opening<MlSettings>,
  { name, file }: Model,
): Promise<OnnxModel> {
  const path = isAbsolute(file.path!) ? file.path! : join(projectFolder, file.path!);
  let first: string | undefined;
  const model = await OnnxModel.open({
    path,
    execution: file.execution,
    workers: file.workers ?? Math.max(1, Math.min(4, availableParallelism() - 1)),
    intraOpThreads: file.intraOpThreads,
    stripsZipMaps: file.stripsZipMaps,
    clock: host.clock,
    misfit: (found) => {
      const declared = declaredBy(found);
      first ??= declared;
      return declared === first ? undefined : "its inputs or outputs are not those of the model before";
    },
    log: (level, message, facts) => log(level, message, { source, model: name, ...facts }),
  });
  const hidden = model.loaded.file.outputs
    .filter(({ type }) => type === undefined)
    .map((output) => output.name);
  if (hidden.length > 0)
    log("warn", "ONNX Runtime cannot hand out some outputs of a model; the others are read.", {
      source,
      model: name,
      outputs: hidden.join(", "),
    });
  return model;
}

/** What steps were checked against. */
function declaredBy({ inputs, outputs }: ModelFile): string {
  return JSON.stringify([inputs, outputs]);
}
