import type { LearnedShapes } from "../config/check/check-context.js";
import type { ConfiguredSource } from "../config/model.js";
import type { Prepared, Source } from "../contracts/source.js";
import type { JsonObject } from "../expression/value.js";
import { asOrchestratorError } from "../problems/orchestrator-error.js";
import { problem, type Problem } from "../problems/problem.js";

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
  const problems: Problem[] = [];
  const shapes: Record<string, Record<string, JsonObject>> = {};
  await Promise.all(
    [...calls].map(async ([{ id, name, location }, all]) => {
      const source = sources.get(id);
      const keyed = all.flatMap((call) =>
        call.shapeKey === undefined ? [] : [[call.shapeKey, call] as const],
      );
      const known = new Map(keyed);
      if (source?.describe === undefined || known.size === 0) return;
      try {
        const found = await source.describe([...known.values()]);
        for (const [index, key] of [...known.keys()].entries()) {
          const { problems: own, shape } = found[index]!;
          problems.push(...own.map((each) => ({ ...each, location: each.location ?? location })));
          if (shape !== undefined) (shapes[id] ??= {})[key] = shape;
        }
      } catch (error) {
        const reason = asOrchestratorError(error).problem.message;
        problems.push(problem("SOURCE_NOT_ASKED", { name, reason }, { location }));
      }
    }),
  );
  return { problems, shapes };
}
