import type { Prepared, SourceType } from "../../contracts/source.js";
import type { JsonObject } from "../../expression/value.js";
import type { Report } from "../../problems/report.js";
import type { CheckContext } from "../../schema/schema.js";

/** JSON Schemas of the values of calls, by the id of their source and their `shapeKey`. */
export type LearnedShapes = Readonly<Record<string, Readonly<Record<string, JsonObject>>>>;

/** What the checks of a project share. */
export interface ProjectContext extends CheckContext {
  readonly report: Report;
  readonly types: ReadonlyMap<string, SourceType>;
  /** Reads a file named in the configuration, relative to the project. Throws OrchestratorError. */
  readonly readFile: (path: string) => Uint8Array;
  /** What was learned of the values of calls: by the id of a source, then by the call's `shapeKey`. */
  readonly learned?: LearnedShapes | undefined;
  /** By source, then by the operation as written. */
  readonly preparedCalls: Map<object, Map<object, Prepared | undefined>>;
}
