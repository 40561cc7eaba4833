import type { SourceDefinition } from "../../contracts/source.js";
import { learnedOf, type ProjectContext } from "./check-context.js";
import type { Scope, ScopedSource } from "./scope.js";

/** Lets each kind check its sources of one domain, or of the project where `domain` is undefined, as a whole. */
export function checkSources(scope: Scope, domain: string | undefined, context: ProjectContext): void {
  for (const { type, sources } of scope.values()) {
    if (type.checkSource === undefined) continue;
    for (const source of sources.values()) {
      if (source.configured === undefined || source.configured.domain !== domain) continue;
      type.checkSource(sourceDefinition(source, scope, context));
    }
  }
}

/** What a kind is told of one of its sources while loading. */
export function sourceDefinition(
  { configured, entry }: ScopedSource,
  scope: Scope,
  context: ProjectContext,
): SourceDefinition<unknown> {
  return {
    sourceName: configured!.name,
    settings: configured!.settings,
    tree: entry.tree,
    report: context.report,
    projectFolder: context.projectFolder,
    readFile: context.readFile,
    env: context.env,
    sourcesOf: (kind) => [...(scope.get(kind)?.sources.keys() ?? [])],
    learned: learnedOf(configured!, context),
  };
}
