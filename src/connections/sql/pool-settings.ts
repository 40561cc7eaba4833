/** How many connections there are, and how long. */
export interface PoolSettings {
  /** Connections that read, and as many that write. */
  readonly poolSize: number;
  /** How long a call waits for a free connection. */
  readonly poolTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly maxLifetimeMs: number;
}
