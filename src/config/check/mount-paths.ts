import type { ConfiguredSource } from "../model.js";

/**
 * Where the sources that serve by themselves are found, below the prefix: `/<kind>/<source>`. One of a domain whose
 * name another source has too is found at `/<kind>/<domain>/<source>`.
 */
export function mountPaths(sources: readonly ConfiguredSource[]): ReadonlyMap<string, ConfiguredSource> {
  const paths = new Map<string, ConfiguredSource>();
  const globalFirst = [...sources].sort(
    (a, b) => Number(a.domain !== undefined) - Number(b.domain !== undefined),
  );
  for (const source of globalFirst) {
    const { kind, name, domain, type, settings } = source;
    if (type.mounts?.(settings) === undefined) continue;
    const path = `/${kind}/${name}`;
    paths.set(paths.has(path) ? `/${kind}/${domain ?? ""}/${name}` : path, source);
  }
  return paths;
}
