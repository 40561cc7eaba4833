import type { ConfiguredSource, ServiceConfig } from "../config/model.js";
import type { Files } from "../contracts/host.js";
import type { Source } from "../contracts/source.js";
import { asOrchestratorError } from "../problems/orchestrator-error.js";
import { PooledSource, type PooledOptions } from "./pooled-source.js";

/** The sources that one configuration uses, until it gives them back. */
export interface SourceLease {
  readonly sources: ReadonlyMap<string, Source>;
  /** Ids of those that were open already. */
  readonly kept: readonly string[];
  /** Ids of those that were opened for it. */
  readonly opened: readonly string[];
  /** Closes those that no other configuration uses. Can be called twice. */
  release(): Promise<void>;
}

/** Opens sources, and shares each one between the configurations in which it is the same. */
export class SourcePool {
  private readonly pooled = new Set<PooledSource>();

  /** How many sources are open. */
  get size(): number {
    return this.pooled.size;
  }

  /** Whether every source that a configuration uses could be kept, the files it read when it was opened included. */
  isFresh(config: ServiceConfig, files: Files): boolean {
    return this.keepable(config, files).size === config.sources.length;
  }

  /** Gives all sources of a configuration. Rejects with an OrchestratorError; nothing is left open for it then. */
  async open(config: ServiceConfig, options: PooledOptions): Promise<SourceLease> {
    const kept = this.keepable(config, options.host.files);
    const all = new Map<string, PooledSource>();
    const opened: string[] = [];
    for (const configured of config.sources) {
      const known = kept.get(configured.id);
      if (known === undefined) opened.push(configured.id);
      const each = known ?? new PooledSource(configured, config, all);
      each.users++;
      this.pooled.add(each);
      all.set(configured.id, each);
    }
    try {
      for (const id of opened) await all.get(id)!.open(options);
      for (const each of kept.values()) each.moveTo(config, all);
    } catch (error) {
      await this.release([...all.values()]);
      throw asOrchestratorError(error);
    }
    let released: Promise<void> | undefined;
    return {
      sources: new Map([...all].map(([id, { source }]) => [id, source])),
      kept: [...kept.keys()],
      opened,
      release: () => (released ??= this.release([...all.values()])),
    };
  }

  /** Those that fit, less those that use one which does not. */
  private keepable(config: ServiceConfig, files: Files): ReadonlyMap<string, PooledSource> {
    const found = new Map<string, PooledSource>();
    for (const configured of config.sources) {
      const known = this.find(configured, config, files);
      if (known !== undefined) found.set(configured.id, known);
    }
    for (let before = -1; before !== found.size;) {
      before = found.size;
      for (const [id, each] of found) {
        const isWhole = each
          .usedIn(config)
          .every((used) => found.get(used.id) === each.neighbours.get(used.id));
        if (!isWhole) found.delete(id);
      }
    }
    return found;
  }

  private find(configured: ConfiguredSource, config: ServiceConfig, files: Files): PooledSource | undefined {
    return [...this.pooled].find((each) => each.fits(configured, config, files));
  }

  private async release(sources: readonly PooledSource[]): Promise<void> {
    const unused = sources.filter((each) => --each.users === 0);
    for (const each of unused) this.pooled.delete(each);
    await Promise.allSettled(unused.map(async (each) => each.isOpen && (await each.source.close())));
  }
}
