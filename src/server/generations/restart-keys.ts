import type { ServiceConfig } from "../../config/model.js";

/** What the configuration decides, rather than the caller of `runServer`. */
export interface Deciding {
  readonly host: boolean;
  readonly port: boolean;
  readonly workers: boolean;
  readonly admin: boolean;
}

/** Names the keys of a configuration that differ from those the listeners were started with. */
export function restartKeys(
  started: ServiceConfig,
  deciding: Deciding,
): (config: ServiceConfig) => readonly string[] {
  return ({ server, admin }) => {
    const keys = [
      deciding.host && server.host !== started.server.host ? "server.host" : undefined,
      deciding.port && server.port !== started.server.port ? "server.port" : undefined,
      JSON.stringify(server.tls) !== JSON.stringify(started.server.tls) ? "server.tls" : undefined,
      deciding.workers && server.workers !== started.server.workers ? "server.workers" : undefined,
      ...(deciding.admin ? adminKeys(started.admin, admin) : []),
    ];
    return keys.filter((key) => key !== undefined);
  };
}

function adminKeys(before: ServiceConfig["admin"], now: ServiceConfig["admin"]): readonly string[] {
  if (before === false || now === false) return before === now ? [] : ["admin"];
  return (["host", "port"] as const).filter((key) => before[key] !== now[key]).map((key) => `admin.${key}`);
}
