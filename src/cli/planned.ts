import { failure } from "../problems/orchestrator-error.js";

/** Commands that the documentation names and this version does not have. */
export const plannedCommands = ["eval", "test", "config diff", "export client", "executions", "batch"];

/** Refuses options that are documented and not built. `given` has a value for each that was used. */
export function refusePlanned(given: Readonly<Record<string, unknown>>, names: readonly string[]): void {
  for (const name of names) {
    if (given[name] !== undefined) throw failure("COMMAND_NOT_BUILT", { what: `--${name}` });
  }
}
