import type { Cancel, Clock } from "../../../contracts/host.js";
import type { SourceLog } from "../../../contracts/source.js";
import { failure, OrchestratorError } from "../../../problems/orchestrator-error.js";
import { layoutOf } from "../keys/key-layout.js";
import type { KeyLayout } from "../keys/key-encoder.js";
import { openOnlineStore } from "../online/open-online-store.js";
import type { OnlineStore } from "../online/online-store.js";
import type { ProjectRegistry } from "../registry/project-registry.js";
import { RegistryKeeper } from "../registry/registry-keeper.js";
import type { RegistrySource } from "../registry/registry-source.js";
import type { FeatureStoreConfig } from "../repository/feature-store-config.js";
import { NativeFeatures } from "./native-features.js";

export interface NativeReaderOptions {
  readonly config: FeatureStoreConfig;
  readonly registry: RegistrySource;
  /** Overrides the repository's own. */
  readonly refreshMs: number | undefined;
  readonly folder: string;
  /** How long an answer of the store may be, where that is a server. */
  readonly maxBytes: number;
  readonly clock: Clock;
  readonly log: SourceLog;
}

const layoutWaitMs = 1_000;

/** A repository, opened: its store, and what its registry says now. */
export class NativeReader {
  readonly store: OnlineStore;
  private readonly options: NativeReaderOptions;
  private keeper: RegistryKeeper | undefined;
  private features: NativeFeatures | undefined;
  private layout: KeyLayout;
  private isLayoutSure = false;

  private constructor(options: NativeReaderOptions, store: OnlineStore) {
    this.options = options;
    this.store = store;
    this.layout = options.config.keyVersion;
  }

  /** Rejects with FEAST_REGISTRY_INVALID and what opening the store rejects with. */
  static async open(options: NativeReaderOptions): Promise<NativeReader> {
    const { config, registry: source, clock, log } = options;
    const store = await openOnlineStore(config, options);
    const reader = new NativeReader(options, store);
    const refreshMs = options.refreshMs ?? config.registry.refreshMs;
    const changed = (registry: ProjectRegistry) => reader.take(registry);
    try {
      reader.keeper = await RegistryKeeper.open({
        source,
        project: config.project,
        refreshMs,
        clock,
        log,
        changed,
      });
    } catch (error) {
      await Promise.all([store.close(), source.close()]);
      if (error instanceof OrchestratorError) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      throw failure("FEAST_REGISTRY_INVALID", { path: source.shown, reason }, { cause: error });
    }
    await reader.findLayoutWithin(layoutWaitMs);
    return reader;
  }

  /** What can be read now. Ask once for each request: the next answer may be another one. */
  get current(): NativeFeatures {
    return this.features!;
  }

  /** Looks for a new registry now. */
  async refresh(): Promise<void> {
    await this.keeper?.refresh();
  }

  async close(): Promise<void> {
    await Promise.all([this.keeper?.close(), this.store.close()]);
  }

  private take(registry: ProjectRegistry): void {
    this.features = new NativeFeatures(registry, this.options.config.registry, this.store, this.layout);
    if (!this.isLayoutSure && this.keeper !== undefined) void this.findLayout();
  }

  /** A store that is away must not keep the service from starting. */
  private async findLayoutWithin(limitMs: number): Promise<void> {
    let stopWaiting: Cancel = () => undefined;
    const limit = new Promise<void>((resolve) => (stopWaiting = this.options.clock.after(limitMs, resolve)));
    await Promise.race([this.findLayout(), limit]);
    stopWaiting();
  }

  /** Version 3 was written in two ways, and only a stored key tells which. */
  private async findLayout(): Promise<void> {
    if (this.layout !== 3) return;
    const { registry } = this.current;
    const names = [...registry.views.values()].filter(({ isOnline }) => isOnline).map(({ name }) => name);
    const stored = await this.store.sampleKey(names);
    this.isLayoutSure = stored !== undefined;
    const layout = layoutOf(this.layout, stored);
    if (layout === this.layout) return;
    this.layout = layout;
    this.features = new NativeFeatures(registry, this.options.config.registry, this.store, layout);
    this.options.log("info", "The entity keys are written as Feast 0.40 to 0.43 wrote them.");
  }
}
