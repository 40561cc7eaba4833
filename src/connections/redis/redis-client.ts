import { readFileSync } from "node:fs";
import type { Cluster, ClusterOptions, Redis, RedisOptions as DriverOptions } from "ioredis";
import type { Cancellable } from "../../contracts/source.js";
import { failure, type OrchestratorError } from "../../problems/orchestrator-error.js";
import { readFromCluster } from "./cluster-reads.js";
import { HashAnswers, type FoundReceiver } from "./hash-answers.js";
import type { FoundHashes, HashRead } from "./hash-read.js";
import type { RedisOptions, RedisTls } from "./redis-options.js";
import { RedisSocket } from "./redis-socket.js";

/** Told once how a read ended. */
export interface HashReceiver {
  succeed(found: FoundHashes): void;
  fail(error: OrchestratorError): void;
}

const connectTimeoutMs = 5_000;
const replyTimeoutMs = 5_000;

/**
 * Reads of hashes on a Redis server, a cluster, or what sentinels call the master. Connects when first needed and
 * again by itself; while there is no connection, reads fail at once.
 */
export class RedisClient {
  private readonly options: RedisOptions;
  private driver: Promise<Redis | Cluster> | undefined;
  /** Of a single server, while there is a connection. */
  private socket: RedisSocket | undefined;
  private firstTry: Promise<void> | undefined;
  private isClosed = false;

  constructor(options: RedisOptions) {
    this.options = options;
  }

  /** All at once. The receiver is not told after `cancel`. */
  readHashes(reads: readonly HashRead[], receiver: HashReceiver): Cancellable {
    let isCancelled = false;
    const told = {
      succeed: (found: FoundHashes) => void (isCancelled || receiver.succeed(found)),
      fail: (error: unknown) => void (isCancelled || receiver.fail(this.explained(error))),
    };
    if (this.socket?.isOpen === true && !this.isClosed) ask(this.socket, reads, told);
    else if (this.options.mode === "cluster") this.readFromCluster(reads).then(told.succeed, told.fail);
    else this.ready().then((socket) => ask(socket, reads, told), told.fail);
    return { cancel: () => void (isCancelled = true) };
  }

  /** Some key that ends with these bytes, found among the first few thousand; `undefined` where none is there. */
  async sampleKey(ending: Buffer): Promise<Buffer | undefined> {
    if (this.options.mode === "cluster") return undefined;
    const socket = await this.ready();
    let cursor = "0";
    for (let round = 0; round < 8; round++) {
      const [next, keys] = (await socket.call("SCAN", cursor, "COUNT", "500")) as [Buffer, Buffer[]];
      const found = keys.find((key) => key.subarray(-ending.length).equals(ending));
      cursor = next.toString();
      if (found !== undefined || cursor === "0") return found;
    }
    return undefined;
  }

  /** Rejects with SOURCE_UNREACHABLE. */
  async probe(): Promise<void> {
    try {
      if (this.options.mode === "cluster") await (await this.connected()).callBuffer("PING");
      else await (await this.ready()).call("PING");
    } catch (error) {
      throw this.explained(error);
    }
  }

  async close(): Promise<void> {
    this.isClosed = true;
    (await this.driver?.catch(() => undefined))?.disconnect();
  }

  private async readFromCluster(reads: readonly HashRead[]): Promise<FoundHashes> {
    return readFromCluster(await this.connected(), reads);
  }

  private async ready(): Promise<RedisSocket> {
    await this.connected();
    if (this.socket === undefined) throw failure("SOURCE_UNREACHABLE", {}, { wasSent: false });
    return this.socket;
  }

  /** The driver with a connection. A first one is waited for; a lost one is not. Rejects where there is none. */
  private async connected(): Promise<Redis | Cluster> {
    if (this.isClosed) throw failure("SOURCE_CANCELLED", {}, { wasSent: false });
    const client = await (this.driver ??= this.connect());
    await (this.firstTry ??= firstConnection(client));
    if (client.status !== "ready") throw failure("SOURCE_UNREACHABLE", {}, { wasSent: false });
    return client;
  }

  /** The driver is loaded only here: a project without Redis never does. */
  private async connect(): Promise<Redis | Cluster> {
    const { Redis, Cluster } = await import("ioredis");
    const common = driverOptions(this.options);
    const { nodes, mode, database, log, clock } = this.options;
    const client =
      mode === "cluster"
        ? new Cluster([...nodes], clusterOptions(common) as object)
        : mode === "sentinel"
          ? new Redis({ ...common, ...sentinelOptions(this.options), db: database } as object)
          : new Redis({ ...common, db: database, ...nodes[0]! } as object);
    client.on("error", (error: Error) => log("warn", "Redis cannot be reached.", { reason: error.message }));
    client.on("ready", () => {
      const limitMs = this.options.replyTimeoutMs ?? replyTimeoutMs;
      if (mode !== "cluster") this.socket = new RedisSocket((client as Redis).stream, limitMs, clock);
      log("info", "Connected to Redis.");
    });
    client.on("close", () => (this.socket = undefined));
    return client;
  }

  /** The driver's own words may name hosts: they stay in `cause`. */
  private explained(error: unknown): OrchestratorError {
    if (error instanceof Error && "problem" in error) return error as OrchestratorError;
    const { name, message } = error as Error;
    if (this.isClosed) return failure("SOURCE_CANCELLED", {}, { cause: error });
    if (name === "ReplyError") {
      this.options.log("warn", "Redis refused a command.", { reason: message });
      return failure("SOURCE_FAILED", {}, { cause: error });
    }
    if (/isn't writeable|Connection is closed/.test(message)) {
      return failure("SOURCE_UNREACHABLE", {}, { wasSent: false, cause: error });
    }
    return failure("SOURCE_CONNECTION_LOST", {}, { cause: error });
  }
}

/** What asks for nothing is answered by nobody. */
function ask(socket: RedisSocket, reads: readonly HashRead[], told: FoundReceiver): void {
  if (reads.every(({ keys }) => keys.length === 0)) {
    return told.succeed({ bytes: Buffer.alloc(0), places: reads.map(() => new Int32Array()) });
  }
  const commands = reads.map(({ keys, fields }) => fields.commands(keys));
  socket.send(commands.length === 1 ? commands[0]! : Buffer.concat(commands), new HashAnswers(reads, told));
}

function driverOptions(options: RedisOptions): DriverOptions {
  const { username, password, tls, clientName } = options;
  return {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(clientName === undefined ? {} : { connectionName: clientName }),
    ...(tls === undefined ? {} : { tls: tlsOptions(tls) }),
    protocol: 2,
    connectTimeout: options.connectTimeoutMs ?? connectTimeoutMs,
    socketTimeout: options.replyTimeoutMs ?? replyTimeoutMs,
    enableOfflineQueue: false,
    enableReadyCheck: true,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempts) => Math.min(attempts * 50, 1_000),
  } as DriverOptions;
}

function sentinelOptions({ nodes, sentinelMaster }: RedisOptions): DriverOptions {
  return { sentinels: [...nodes], name: sentinelMaster, enableTLSForSentinelMode: true };
}

function clusterOptions(common: DriverOptions): ClusterOptions {
  const { enableOfflineQueue, retryStrategy, ...redisOptions } = common;
  return {
    redisOptions,
    enableOfflineQueue: enableOfflineQueue ?? false,
    clusterRetryStrategy: retryStrategy as (attempts: number) => number,
    enableAutoPipelining: true,
    slotsRefreshTimeout: 2_000,
  };
}

function tlsOptions({ verifies, checksHost, caFile, certFile, keyFile }: RedisTls) {
  return {
    rejectUnauthorized: verifies,
    ...(checksHost ? {} : { checkServerIdentity: () => undefined }),
    ...(caFile === undefined ? {} : { ca: readFileSync(caFile) }),
    ...(certFile === undefined ? {} : { cert: readFileSync(certFile) }),
    ...(keyFile === undefined ? {} : { key: readFileSync(keyFile) }),
  };
}

/** Resolves when the first attempt to connect is decided, either way. */
function firstConnection(client: Redis | Cluster): Promise<void> {
  if (client.status === "ready") return Promise.resolve();
  return new Promise((resolve) => {
    for (const event of ["ready", "error", "close", "end"]) client.once(event, () => resolve());
  });
}
