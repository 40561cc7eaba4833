import type { Location } from "../../../problems/location.js";
import { nearest } from "../../../problems/nearest.js";
import type { Report } from "../../../problems/report.js";
import type { MappingTree } from "../../../schema/tree.js";
import { joinKeysOf } from "../features/join-keys.js";
import type { ResolvedSelection } from "../features/projection.js";
import type { ProjectRegistry } from "../registry/project-registry.js";

/** Checks that the keys a step gives are those that its features need, as far as they are written as a mapping. */
export function checkJoinKeys(
  { projections, columns }: ResolvedSelection,
  registry: ProjectRegistry,
  entity: MappingTree | undefined,
  location: Location,
  report: Report,
): void {
  const users = new Map<string, string[]>();
  for (const projection of projections) {
    for (const { sentAs } of joinKeysOf(projection, registry)) {
      users.set(sentAs, [...(users.get(sentAs) ?? []), projection.name]);
    }
  }
  for (const { name } of columns) if (users.has(name)) report.add("JOIN_KEY_NAME_TAKEN", { name }, location);
  if (entity === undefined) return;
  const misspelt = new Set<string | undefined>();
  for (const [name, { keyLocation }] of entity.entries) {
    if (users.has(name)) continue;
    misspelt.add(nearest(name, users.keys()));
    report.add("JOIN_KEY_UNKNOWN", { name, known: [...users.keys()] }, keyLocation);
  }
  for (const [name, views] of users) {
    const isMissing = !entity.entries.has(name) && !misspelt.has(name);
    if (isMissing) report.add("JOIN_KEY_MISSING", { name, views: [...new Set(views)] }, location);
  }
}
