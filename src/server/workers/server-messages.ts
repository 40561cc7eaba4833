import type { ServerAddress, ServerCondition, WantedServer } from "../../contracts/server-keeper.js";

/** From a worker to the parent, about the servers that its sources need. Each hold has a number of the worker's own. */
export type ServerDemand =
  | { readonly kind: "keep"; readonly hold: number; readonly wanted: WantedServer }
  | { readonly kind: "start"; readonly hold: number }
  | { readonly kind: "release"; readonly hold: number }
  | {
      readonly kind: "checked";
      readonly hold: number;
      readonly check: number;
      /** Why it does not answer; `undefined` where it does. */
      readonly fault: string | undefined;
    };

/** From the parent to a worker. */
export type ServerNews =
  | { readonly kind: "condition"; readonly hold: number; readonly condition: ServerCondition }
  /** To be answered by `checked`. */
  | {
      readonly kind: "check";
      readonly hold: number;
      readonly check: number;
      readonly address: ServerAddress;
    };
