import type { PoolSettings } from "../../connections/sql/pool-settings.js";
import type { ServerLogin } from "../../connections/sql/server-login.js";
import { tlsMode, type TlsMode } from "../../connections/sql/tls-mode.js";
import type { Clock } from "../../contracts/host.js";
import type { Opening, SourceLog } from "../../contracts/source.js";
import { isLocal, type ServerAddress } from "./server-address.js";
import type { DatabaseSettings } from "./settings.js";

const defaultPoolSize = 10;

/** What a connection to a server is opened with, whatever its dialect. */
export interface ServerOptions extends PoolSettings {
  readonly login: ServerLogin;
  readonly tls: TlsMode;
  readonly applicationName: string;
  readonly clock: Clock;
  readonly log: SourceLog;
}

export function serverOptions({ settings, host, log, appName }: Opening<DatabaseSettings>): ServerOptions {
  const login = settings.connection_string as ServerAddress;
  const { ca_file: ca, cert_file: cert, key_file: key } = settings;
  const mode = settings.ssl ?? (isLocal(login) ? "disable" : "prefer");
  return {
    login,
    tls: tlsMode(mode, { ca, cert, key }),
    applicationName: settings.application_name ?? appName ?? "orchestrator-api-service",
    poolSize: settings.pool_size ?? defaultPoolSize,
    poolTimeoutMs: settings.pool_timeout,
    idleTimeoutMs: settings.idle_timeout,
    maxLifetimeMs: settings.max_lifetime,
    clock: host.clock,
    log,
  };
}
