import type { PoolLoad } from "../../contracts/source.js";

/** What several pools of one database make together. */
export function addLoads(loads: readonly PoolLoad[]): PoolLoad {
  const sum = (of: (load: PoolLoad) => number) => loads.reduce((total, load) => total + of(load), 0);
  return {
    busy: sum(({ busy }) => busy),
    idle: sum(({ idle }) => idle),
    waiting: sum(({ waiting }) => waiting),
  };
}
