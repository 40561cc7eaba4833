import { dummyEntity, type FeatureView } from "../registry/model.js";
import type { ProjectRegistry } from "../registry/project-registry.js";
import type { Projection } from "./projection.js";

/** A join key of a view, and under which name and type callers send it. */
export interface JoinKey {
  readonly name: string;
  readonly sentAs: string;
  readonly type: number;
}

/** The join keys of a view; none for one without entities. */
export function joinKeysOf(projection: Projection, registry: ProjectRegistry): readonly JoinKey[] {
  const { view, joinKeyMap } = projection;
  return entityNames(view).map((name) => {
    const entity = registry.entities.get(name);
    const joinKey = entity?.joinKey ?? name;
    const type = view.keyColumns.find((column) => column.name === joinKey)?.type ?? entity?.type ?? 0;
    return { name: joinKey, sentAs: joinKeyMap.get(joinKey) ?? joinKey, type };
  });
}

function entityNames({ entities }: FeatureView): readonly string[] {
  return entities.filter((name) => name !== dummyEntity);
}
