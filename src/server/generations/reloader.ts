import type { ServiceConfig } from "../../config/model.js";
import type { Logger } from "../../observe/logger.js";
import { asOrchestratorError } from "../../problems/orchestrator-error.js";
import type { Problem } from "../../problems/problem.js";
import type { Generation } from "./generation.js";
import type { Generations } from "./generations.js";
import { logProblems } from "../service-log.js";

/** What came of a reload. Whatever it is, the service serves on. */
export interface ReloadResult {
  /** `unchanged`: nothing that was read is different, so nothing was done. */
  readonly status: "reloaded" | "unchanged" | "refused";
  /** The generation that serves now. */
  readonly generation: number;
  readonly at: Date;
  /** Of a refused configuration every error, and in any case its warnings and notes. */
  readonly problems: readonly Problem[];
  /** Keys, such as `server.port`, whose new values hold only after a restart. */
  readonly needsRestart: readonly string[];
  /** Ids of sources. */
  readonly sources: {
    readonly kept: readonly string[];
    readonly opened: readonly string[];
    readonly closed: readonly string[];
  };
}

export interface ReloaderOptions {
  /** Makes what follows a generation; `undefined` where nothing has changed. Rejects where it cannot serve. */
  readonly factory: { next(before: Generation): Promise<NextGeneration | undefined> };
  readonly generations: Generations;
  readonly logger: Logger;
  /** Told of what came of each reload. */
  readonly onResult?: ((status: ReloadResult["status"]) => void) | undefined;
}

/** What would serve next. One of the two is called, once. */
export interface NextGeneration {
  readonly generation: Generation;
  /** It serves from now on. */
  accept(): void;
  /** It never will: everything is as it was. */
  discard(): Promise<void>;
}

/** A reload that is decided and not carried out yet. One of the two is called, once. */
export interface PreparedReload {
  readonly status: ReloadResult["status"];
  readonly problems: readonly Problem[];
  commit(): ReloadResult;
  abort(): Promise<void>;
}

/** Reads the configuration again, one reload after another. Requests that come while one runs share the next. */
export class Reloader {
  /** What came of the latest reload. */
  latest: ReloadResult | undefined;
  private readonly options: ReloaderOptions;
  private running: Promise<ReloadResult> | undefined;
  private next: Promise<ReloadResult> | undefined;
  private isStopped = false;
  private needsRestart: (config: ServiceConfig) => readonly string[] = () => [];

  constructor(options: ReloaderOptions) {
    this.options = options;
  }

  /** Says which keys of a configuration differ from what listens. Without it none does. */
  compareWith(needsRestart: (config: ServiceConfig) => readonly string[]): void {
    this.needsRestart = needsRestart;
  }

  /** The keys of the configuration that serves whose values do not hold yet. */
  get pending(): readonly string[] {
    return this.needsRestart(this.options.generations.current.service.config);
  }

  /** Never rejects. */
  reload(): Promise<ReloadResult> {
    if (this.running === undefined) return this.start();
    this.next ??= this.running.then(() => this.start());
    return this.next;
  }

  /** Lets the reload that runs end, and does nothing more from then on. */
  async stop(): Promise<void> {
    this.isStopped = true;
    await this.running;
  }

  private start(): Promise<ReloadResult> {
    this.next = undefined;
    this.running = this.run().finally(() => (this.running = undefined));
    return this.running;
  }

  private async run(): Promise<ReloadResult> {
    if (this.isStopped) return this.result("unchanged", {});
    return (await this.prepare()).commit();
  }

  /**
   * Reads the files and makes what they mean, beside what serves. For those who let several processes reload as one:
   * they prepare and commit one reload after another. Never rejects.
   */
  async prepare(): Promise<PreparedReload> {
    const { generations, factory } = this.options;
    const before = generations.current;
    const abort = async () => undefined;
    await generations.makeRoom();
    try {
      const next = await factory.next(before);
      if (next === undefined)
        return { status: "unchanged", problems: [], commit: () => this.end("unchanged", {}), abort };
      const { problems } = next.generation.loaded;
      return { status: "reloaded", problems, commit: () => this.serve(before, next), abort: next.discard };
    } catch (error) {
      const { code, problems } = asOrchestratorError(error);
      if (code === "INTERNAL") this.options.logger.error({ err: error }, "A reload failed.");
      return { status: "refused", problems, commit: () => this.end("refused", { problems }), abort };
    }
  }

  private serve(before: Generation, { generation, accept }: NextGeneration): ReloadResult {
    accept();
    this.options.generations.swap(generation);
    const { kept, opened } = generation.service.reuse;
    const ids = before.service.config.sources.map(({ id }) => id);
    const closed = ids.filter((id) => !kept.includes(id));
    return this.end("reloaded", { problems: generation.loaded.problems, sources: { kept, opened, closed } });
  }

  private end(status: ReloadResult["status"], found: Partial<ReloadResult>): ReloadResult {
    this.latest = this.result(status, found);
    this.log(this.latest);
    this.options.onResult?.(status);
    return this.latest;
  }

  private result(status: ReloadResult["status"], found: Partial<ReloadResult>): ReloadResult {
    return {
      status,
      generation: this.options.generations.current.number,
      at: new Date(),
      problems: [],
      needsRestart: this.pending,
      sources: { kept: [], opened: [], closed: [] },
      ...found,
    };
  }

  private log({ status, generation, problems, needsRestart, sources }: ReloadResult): void {
    const { logger } = this.options;
    logProblems(problems, logger);
    if (status === "unchanged") logger.debug({ generation }, "Nothing in the configuration has changed.");
    else if (status === "refused")
      logger.error({ generation }, "The changed configuration has errors; the one before serves on.");
    else {
      const { kept, opened, closed } = sources;
      logger.info({ generation, kept, opened, closed }, "The changed configuration serves now.");
      if (needsRestart.length > 0)
        logger.warn({ keys: needsRestart }, `These hold only after a restart: ${needsRestart.join(", ")}.`);
    }
  }
}
