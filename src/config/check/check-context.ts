import type { LearnedShape, Prepared, SourceType } from "../../contracts/source.js";
import type { JsonObject } from "../../expression/value.js";
import type { Report } from "../../problems/report.js";
import type { CheckContext } from "../../schema/schema.js";

/** What sources told of calls, by the id of the source and the call's `shapeKey`. */
export type LearnedShapes = Readonly<Record<string, Readonly<Record<string, JsonObject>>>>;

/** What the checks of a project share. */
export interface ProjectContext extends CheckContext {
  readonly report: Report;
  readonly types: ReadonlyMap<string, SourceType>;
  readonly projectFolder: string;
  /** Reads a file named in the configuration, relative to the project. Throws OrchestratorError. */
  readonly readFile: (path: string) => Uint8Array;
  readonly learned?: LearnedShapes | undefined;
  /** By source, then by the operation as written, or by the call itself where a step says what it is. */
  readonly preparedCalls: Map<object, Map<object, Prepared | undefined>>;
}

/** What was learned of the calls of one source. */
export function learnedOf({ id }: { readonly id: string }, { learned }: ProjectContext): LearnedShape {
  return (shapeKey) => learned?.[id]?.[shapeKey];
}
