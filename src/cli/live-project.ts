import type { LearnedShapes } from "../config/check/check-context.js";
import { lockFileName, parseLock } from "../config/lock-file.js";
import type { Host } from "../contracts/host.js";
import { problem, type Problem } from "../problems/problem.js";
import { openService, type LoadedProject } from "../service.js";
import { readProject, type ProjectOptions } from "./open-project.js";
import { placeProblems } from "./problem-places.js";
import type { Shell } from "./shell.js";

export interface LiveProject {
  /** Its problems are those of the files, then those that the sources told. */
  readonly loaded: LoadedProject;
  /** `undefined` where the files alone have errors, so that nothing was asked. */
  readonly shapes: LearnedShapes | undefined;
}

/** Reads a project, asks its sources about their operations, and checks it again with what they told. */
export async function readLiveProject(options: ProjectOptions, shell: Shell): Promise<LiveProject> {
  const first = readProject({ ...options, learned: {} }, shell);
  const { loaded, host } = first;
  if (loaded.config === undefined) return { loaded, shapes: undefined };
  const service = await openService(loaded, { host, isOnlyAsked: true });
  const { problems, shapes } = await service.describeSources().finally(() => service.close());
  const second = readProject({ ...options, learned: shapes }, shell);
  const told = [...problems, ...drift(shapes, lockedShapes(loaded, host), loaded)];
  const placed = placeProblems(told, loaded.projectFolder!, shell.workingFolder);
  return { loaded: { ...second.loaded, problems: [...second.loaded.problems, ...placed] }, shapes };
}

function lockedShapes({ projectFolder }: LoadedProject, { files }: Host): LearnedShapes | undefined {
  const path = `${projectFolder}/${lockFileName}`;
  if (files.kindOf(path) !== "file") return undefined;
  try {
    return parseLock(new TextDecoder().decode(files.read(path)));
  } catch {
    return undefined;
  }
}

/** The operations of which the lock file says another thing than their source, or nothing. */
function drift(
  shapes: LearnedShapes,
  locked: LearnedShapes | undefined,
  { calls }: LoadedProject,
): readonly Problem[] {
  if (locked === undefined) return [];
  return [...(calls?.keys() ?? [])].flatMap(({ id, name, location }) =>
    Object.entries(shapes[id] ?? {})
      .filter(([key, shape]) => JSON.stringify(locked[id]?.[key]) !== JSON.stringify(shape))
      .map(([key]) =>
        problem("SHAPE_DRIFTED", { operation: key.split(" ")[0]!, source: name }, { location }),
      ),
  );
}
