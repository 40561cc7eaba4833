import type { ConfiguredSource, ServiceConfig } from "../config/model.js";
import { callsOf as callsOfStep } from "../config/step-calls.js";
import type { Files, Host } from "../contracts/host.js";
import type { Meter } from "../contracts/meter.js";
import type { ServerKeeper } from "../contracts/server-keeper.js";
import type { Opening, Prepared, Source, SourceLog } from "../contracts/source.js";
import { otherSource, visibleSource } from "./other-sources.js";
import { watchFiles } from "./watched-files.js";

/** The opened sources of one configuration, by id. */
export type OpenedById = ReadonlyMap<string, PooledSource>;

export interface PooledOptions {
  readonly host: Host;
  readonly log: SourceLog;
  readonly isMocked: boolean;
  readonly keeper: ServerKeeper;
  readonly meter?: Meter | undefined;
  readonly isOnlyAsked?: boolean | undefined;
}

/** One opened source, shared by all configurations that mean the same connection. */
export class PooledSource {
  readonly configured: ConfiguredSource;
  /** How many configurations use it. */
  users = 0;
  /** The sources of the newest configuration that uses it: those that it sees itself are among them. */
  neighbours: OpenedById;
  private opened: Source | undefined;
  private config: ServiceConfig;
  private readsCalls = false;
  private areFilesUnchanged: (files: Files) => boolean = () => true;
  private readonly uses: { readonly kind: string; readonly name: string; readonly fingerprint: string }[] =
    [];

  constructor(configured: ConfiguredSource, config: ServiceConfig, neighbours: OpenedById) {
    this.configured = configured;
    this.config = config;
    this.neighbours = neighbours;
  }

  get isOpen(): boolean {
    return this.opened !== undefined;
  }

  get source(): Source {
    if (this.opened === undefined) throw new Error(`The source ${this.configured.id} is not open.`);
    return this.opened;
  }

  /** Rejects with what the kind of source throws. */
  async open({ host, log, isMocked, keeper, meter, isOnlyAsked }: PooledOptions): Promise<void> {
    const { id: name, type, settings } = this.configured;
    const files = watchFiles(host);
    this.areFilesUnchanged = files.areUnchanged;
    const { projectFolder, app } = this.config;
    const surroundings = { appName: app.name, host: files.host, projectFolder, log, isMocked, keeper, meter };
    this.opened = await type.open(this.withNeighbours({ name, settings, ...surroundings }, isOnlyAsked));
  }

  /** Whether it can serve this source of another configuration, what it looked at while it was opened included. */
  fits({ id, fingerprint }: ConfiguredSource, config: ServiceConfig, files: Files): boolean {
    const { configured } = this;
    if (this.opened === undefined || this.readsCalls) return false;
    if (id !== configured.id || fingerprint !== configured.fingerprint) return false;
    return this.areFilesUnchanged(files) && this.usesTheSame(config);
  }

  /** The sources of a configuration that it has asked for itself. */
  usedIn(config: ServiceConfig): readonly ConfiguredSource[] {
    return this.uses
      .map(({ kind, name }) => visibleSource(this.configured, kind, name, config))
      .filter((each) => each !== undefined);
  }

  /** Takes part in another configuration, which it fits: what it asks of others goes to that one's from now on. */
  moveTo(config: ServiceConfig, neighbours: OpenedById): void {
    this.config = config;
    this.neighbours = neighbours;
  }

  private usesTheSame(config: ServiceConfig): boolean {
    return this.uses.every(
      ({ kind, name, fingerprint }) =>
        visibleSource(this.configured, kind, name, config)?.fingerprint === fingerprint,
    );
  }

  private withNeighbours(opening: Opening<unknown>, isOnlyAsked = false): Opening<unknown> {
    const noteCalls = (): readonly Prepared[] => {
      this.readsCalls = true;
      return callsOf(this.configured.id, this.config);
    };
    const { configured } = this;
    return {
      ...opening,
      get calls() {
        return isOnlyAsked ? undefined : noteCalls();
      },
      otherSource: (kind, name) => {
        const other = otherSource(
          configured,
          kind,
          name,
          this.config,
          (id) => this.neighbours.get(id)!.source,
        );
        const { fingerprint } = visibleSource(configured, kind, name, this.config)!;
        this.uses.push({ kind, name, fingerprint });
        return other;
      },
    };
  }
}

function callsOf(id: string, { domains }: ServiceConfig): readonly Prepared[] {
  const steps = domains.flatMap(({ endpoints }) => endpoints.flatMap((endpoint) => endpoint.steps));
  return steps
    .flatMap(callsOfStep)
    .filter(({ source }) => source.id === id)
    .map(({ call }) => call);
}
