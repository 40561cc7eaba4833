import type { LearnedShapes } from "../config/check/check-context.js";
import type { ConfiguredSource } from "../config/model.js";
import type { Prepared, Source } from "../contracts/source.js";
import type { JsonObject } from "../expression/value.js";
import { asOrchestratorError } from "../problems/orchestrator-error.js";
import type { Problem } from "../problems/problem.js";
import { Report } from "../problems/report.js";

/** What sources say of their operations. */
export interface DescribedSources {
  readonly problems: readonly Problem[];
  readonly shapes: LearnedShapes;
}

/** The calls of each source. */
interface Described {
  readonly calls?: ReadonlyMap<ConfiguredSource, readonly Prepared[]>;
}

/** Asks every opened source that can tell it. One that cannot be asked is a problem, and the others are asked all the same. */
export async function describeSources(
  { calls = new Map() }: Described,
  sources: ReadonlyMap<string, Source>,
): Promise<DescribedSources> {
  const report = new Report();
  const shapes: Record<string, Record<string, JsonObject>> = {};
  await Promise.all(
    [...calls].map(async ([{ id, name, location }, all]) => {
      const source = sources.get(id);
      const known = all.filter(({ shapeKey }) => shapeKey !== undefined);
      if (source?.describe === undefined || known.length === 0) return;
      try {
        const found = await source.describe(known);
        for (const [index, { problems, shape }] of found.entries()) {
          for (const each of problems) report.addProblem({ ...each, location: each.location ?? location });
          if (shape !== undefined) (shapes[id] ??= {})[known[index]!.shapeKey!] = shape;
        }
      } catch (error) {
        const reason = asOrchestratorError(error).problem.message;
        report.add("SOURCE_NOT_ASKED", { name, reason }, location);
      }
    }),
  );
  return { problems: report.sorted(), shapes };
}
