import { failure } from "../../problems/orchestrator-error.js";
import type { Cancellable } from "../../contracts/source.js";
import { isInstalled, optionalPackages } from "../optional-packages.js";
import type { Tensor } from "./element-type.js";
import { FileWatch } from "./file-watch.js";
import { LoadedModel, type LoadOptions } from "./loaded-model.js";
import { readContent, stampOf, weightPath, type LoadedFile } from "./model-content.js";
import { ModelFileError, type ModelFile } from "./model-file.js";
import type { LoadFault } from "./protocol.js";
import type { RunReceiver } from "./run.js";

export interface OnnxOptions extends LoadOptions {
  /** Absolute. */
  readonly path: string;
  /** Whether ZipMap steps, whose results ONNX Runtime cannot hand out, are taken off. */
  readonly stripsZipMaps: boolean;
  /** Why a file that took the place of the one that was loaded first cannot take its calls, if so. */
  readonly misfit: (file: ModelFile) => string | undefined;
  readonly log: (
    level: "info" | "warn" | "error",
    message: string,
    facts?: Readonly<Record<string, string>>,
  ) => void;
  /** How often to look whether the file has changed. */
  readonly lookEveryMs?: number | undefined;
}

const closeGraceMs = 1_000;

/**
 * A model file, and what it becomes: a file that changes is loaded beside the model that serves, and takes over once it
 * can; calls that have begun end where they began. A file that cannot be used changes nothing, and the log says so.
 */
export class OnnxModel {
  private readonly options: OnnxOptions;
  private readonly watch: FileWatch;
  private current: LoadedModel;
  private closing: Promise<void> | undefined;
  private readonly retiring = new Set<LoadedModel>();

  private constructor(options: OnnxOptions, current: LoadedModel) {
    this.options = options;
    this.current = current;
    this.watch = new FileWatch({
      stampOf: () => stampOf(this.paths()),
      seen: current.loaded.stamp,
      changed: () => this.replace(),
      everyMs: options.lookEveryMs ?? 1_000,
    });
  }

  /** Throws DRIVER_MISSING and MODEL_UNUSABLE. */
  static async open(options: OnnxOptions): Promise<OnnxModel> {
    const missing = optionalPackages.onnxruntime;
    const file = options.path;
    if (!isInstalled(missing))
      throw failure("DRIVER_MISSING", { ...missing, what: missing.purpose, reason: "" });
    const loaded = await load(options);
    if (loaded instanceof LoadedModel) return new OnnxModel(options, loaded);
    const { kind, reason } = loaded;
    if (kind === "model") throw failure("MODEL_UNUSABLE", { file, reason });
    throw failure("DRIVER_MISSING", { ...missing, what: missing.purpose, reason });
  }

  /** What the model says of itself now. */
  get loaded(): LoadedFile {
    return this.current.loaded;
  }

  /** `rows` is how much of a batch this is. The receiver is told once, and not at all after `cancel`. */
  run(
    feeds: Readonly<Record<string, Tensor>>,
    fetches: readonly string[],
    rows: number,
    receiver: RunReceiver,
  ): Cancellable {
    return this.current.run(feeds, fetches, rows, receiver);
  }

  /** Waits a moment for what runs. Can be called twice. */
  close(): Promise<void> {
    return (this.closing ??= this.end());
  }

  private async end(): Promise<void> {
    this.watch.stop();
    await Promise.all([this.current, ...this.retiring].map((model) => model.close(closeGraceMs)));
  }

  private async replace(): Promise<void> {
    const { options } = this;
    const facts = { file: options.path };
    const next = await load(options);
    if (!(next instanceof LoadedModel)) {
      options.log(
        "error",
        `The changed model cannot be used, so the one before still serves: ${next.reason}`,
        facts,
      );
      return;
    }
    if (this.closing !== undefined) return void (await next.close(0));
    const before = this.current;
    this.current = next;
    options.log("info", "The changed model serves now.", { ...facts, sha256: next.loaded.sha256 });
    this.retiring.add(before);
    await before.drain();
    this.retiring.delete(before);
  }

  private paths(): readonly string[] {
    const { path } = this.options;
    return [path, ...this.current.loaded.file.weightFiles.map((name) => weightPath(path, name))];
  }
}

async function load(options: OnnxOptions): Promise<LoadedModel | LoadFault> {
  try {
    const loaded = await readContent(options.path, options.stripsZipMaps);
    const reason = options.misfit(loaded.file);
    return reason === undefined ? await LoadedModel.load(loaded, options) : { kind: "model", reason };
  } catch (error) {
    if (!(error instanceof ModelFileError)) throw error;
    return { kind: "model", reason: error.message };
  }
}
