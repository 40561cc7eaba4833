import type { Cancel, Clock } from "../../../contracts/host.js";
import type { SourceLog } from "../../../contracts/source.js";
import { ProjectRegistry } from "./project-registry.js";
import type { RegistrySource } from "./registry-source.js";

export interface KeeperOptions {
  readonly source: RegistrySource;
  readonly project: string;
  /** 0: never again. */
  readonly refreshMs: number;
  readonly clock: Clock;
  readonly log: SourceLog;
  /** Told of each new registry, before anyone reads it. */
  readonly changed: (registry: ProjectRegistry) => void;
}

/** A timer cannot wait longer. */
const longestMs = 2 ** 31 - 1;

/** The registry as it was last read well. Looks for a new one in the background; no request ever waits for that. */
export class RegistryKeeper {
  current: ProjectRegistry;
  private readonly options: KeeperOptions;
  private fingerprint: string;
  private stopTimer: Cancel | undefined;
  private isClosed = false;

  private constructor(options: KeeperOptions, current: ProjectRegistry, fingerprint: string) {
    this.options = options;
    this.current = current;
    this.fingerprint = fingerprint;
    this.schedule();
  }

  /** Reads the registry for the first time. Rejects with what the source rejects with. */
  static async open(options: KeeperOptions): Promise<RegistryKeeper> {
    const { source, project, changed } = options;
    const fingerprint = await source.fingerprint();
    const registry = new ProjectRegistry(await source.load(), project);
    changed(registry);
    return new RegistryKeeper(options, registry, fingerprint);
  }

  /** Looks now. Resolves when it has, whatever it found. */
  async refresh(): Promise<void> {
    const { source, project, log, changed } = this.options;
    try {
      const fingerprint = await source.fingerprint();
      if (fingerprint === this.fingerprint) return;
      const registry = new ProjectRegistry(await source.load(), project);
      if (this.current.isListed && !registry.isListed) throw new Error("it has nothing of the project");
      this.fingerprint = fingerprint;
      if (this.isClosed) return;
      changed(registry);
      this.current = registry;
      log("info", "The registry has changed and was read again.", { registry: source.shown });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      log("warn", "The registry cannot be read; the last good one is kept.", {
        registry: source.shown,
        reason,
      });
    }
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.stopTimer?.();
    await this.options.source.close();
  }

  private schedule(): void {
    const { refreshMs, clock } = this.options;
    if (refreshMs <= 0 || this.isClosed) return;
    this.stopTimer = clock.after(Math.min(refreshMs, longestMs), () => {
      void this.refresh().then(() => this.schedule());
    });
  }
}
