import type { Host } from "../../contracts/host.js";
import type { Source } from "../../contracts/source.js";
import type { JsonObject } from "../../expression/value.js";
import type { SharedState } from "../shared-state.js";

/** The opened sources by their id. */
export type OpenedSources = ReadonlyMap<string, Source>;

/** What `$system` and `$env` have that is the same for all executions. */
export interface Environment {
  readonly name: string;
  readonly version: string;
  readonly variables: JsonObject;
}

/** What plans are bound to: the same for all endpoints of a service. */
export interface Binding {
  readonly sources: OpenedSources;
  readonly host: Host;
  readonly environment: Environment;
  readonly shared: SharedState;
}
