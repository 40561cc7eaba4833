import type { Clock } from "../../contracts/host.js";

export interface RedisAddress {
  readonly host: string;
  readonly port: number;
}

export interface RedisTls {
  readonly verifies: boolean;
  readonly checksHost: boolean;
  /** Absolute paths of PEM files. */
  readonly caFile: string | undefined;
  readonly certFile: string | undefined;
  readonly keyFile: string | undefined;
}

/** Where a Redis is and how to get in. */
export interface RedisSettings {
  /** `sentinel`: the nodes are sentinels that know where the master is. */
  readonly mode: "single" | "cluster" | "sentinel";
  /** Of a single server the first counts. */
  readonly nodes: readonly RedisAddress[];
  readonly sentinelMaster: string;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly database: number;
  readonly tls: RedisTls | undefined;
  readonly connectTimeoutMs: number | undefined;
  /** A connection on which nothing comes for so long, though something is awaited, is given up. */
  readonly replyTimeoutMs: number | undefined;
  readonly clientName: string | undefined;
}

export interface RedisOptions extends RedisSettings {
  readonly clock: Clock;
  readonly log: (level: "info" | "warn", message: string, facts?: Readonly<Record<string, string>>) => void;
}
