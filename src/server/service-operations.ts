import type { ShadowCondition } from "../engine/shared-state.js";
import type { JsonObject } from "../expression/value.js";
import type { Snapshot } from "../observe/metrics/snapshot.js";
import type { ReloadResult } from "./generations/reloader.js";

/** Whether it may get requests. */
export interface Readiness {
  readonly isReady: boolean;
  /** The sources that readiness requires and that cannot be reached, by id. */
  readonly unreachable: readonly string[];
}

/** What the people who run a service can ask of it, whether one process answers its requests or several. */
export interface ServiceOperations {
  readiness(): Promise<Readiness>;
  /** What serves, and what came of the latest reload. */
  describe(): Promise<JsonObject>;
  /** Never rejects. */
  reload(): Promise<ReloadResult>;
  /** Every source, and whether it can be reached, asked now. */
  sources(): Promise<JsonObject>;
  /** What became of the copies of calls that shadows got. */
  shadows(): Promise<readonly ShadowCondition[]>;
  /** Drops the kept values that have one of the tags; without tags, all. Answers how many went. */
  purge(tags: readonly string[] | undefined): Promise<number>;
  /** Empty where nothing is counted. */
  metrics(): Promise<Snapshot>;
}
