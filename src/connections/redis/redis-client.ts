import { readFileSync } from "node:fs";
import type { Cluster, ClusterOptions, Redis, RedisOptions as DriverOptions } from "ioredis";
import type { Cancellable } from "../../contracts/source.js";
import { failure, type OrchestratorError } from "../../problems/orchestrator-error.js";
import type { RedisOptions, RedisTls } from "./redis-options.js";

/** One hash and the fields that are wanted of it. All of them raw bytes. */
export interface HashRead {
  readonly key: Buffer;
  readonly fields: readonly Buffer[];
}

/** Told once how a read ended: for each hash, its fields in order, `null` where there is none. */
export interface HashReceiver {
  succeed(values: readonly (readonly (Buffer | null)[])[]): void;
  fail(error: OrchestratorError): void;
}

const connectTimeoutMs = 5_000;
/** From this many fields on, the whole hash is cheaper for the server than looking each up. */
const wholeHashFrom = 50;

/**
 * Reads of hashes on a Redis server, a cluster, or what sentinels call the master. Connects when first needed and
 * again by itself; while there is no connection, reads fail at once.
 */
export class RedisClient {
  private readonly options: RedisOptions;
  private driver: Promise<Redis | Cluster> | undefined;
  private client: Redis | Cluster | undefined;
  private firstTry: Promise<void> | undefined;
  private isClosed = false;

  constructor(options: RedisOptions) {
    this.options = options;
  }

  /** One pipeline. The receiver is told later than this returns, and not after `cancel`. */
  readHashes(reads: readonly HashRead[], receiver: HashReceiver): Cancellable {
    let isCancelled = false;
    this.fetch(reads).then(
      (values) => isCancelled || receiver.succeed(values),
      (error: unknown) => isCancelled || receiver.fail(this.explained(error)),
    );
    return { cancel: () => void (isCancelled = true) };
  }

  /** Some key that ends with these bytes, found among the first few thousand; `undefined` where none is there. */
  async sampleKey(ending: Buffer): Promise<Buffer | undefined> {
    const client = await this.ready();
    if (this.options.mode === "cluster") return undefined;
    let cursor = "0";
    for (let round = 0; round < 8; round++) {
      const [next, keys] = (await client.callBuffer("SCAN", cursor, "COUNT", "500")) as [Buffer, Buffer[]];
      const found = keys.find((key) => key.subarray(-ending.length).equals(ending));
      cursor = next.toString();
      if (found !== undefined || cursor === "0") return found;
    }
    return undefined;
  }

  /** Rejects with SOURCE_UNREACHABLE. */
  async probe(): Promise<void> {
    try {
      await (await this.ready()).callBuffer("PING");
    } catch (error) {
      throw this.explained(error);
    }
  }

  async close(): Promise<void> {
    this.isClosed = true;
    (await this.driver?.catch(() => undefined))?.disconnect();
  }

  private async fetch(reads: readonly HashRead[]): Promise<(Buffer | null)[][]> {
    const client = this.client?.status === "ready" && !this.isClosed ? this.client : await this.ready();
    if (this.options.mode === "cluster") return Promise.all(reads.map((read) => readOne(client, read)));
    const pipeline = client.pipeline();
    for (const { key, fields } of reads) {
      if (fields.length > wholeHashFrom) pipeline.callBuffer("HGETALL", key);
      else pipeline.hmgetBuffer(key, ...fields);
    }
    const answers = (await pipeline.exec()) ?? [];
    return answers.map(([error, answer], index) => {
      if (error !== null) throw error;
      return fieldsOf(answer as (Buffer | null)[], reads[index]!);
    });
  }

  /** The client with a connection. A first one is waited for; a lost one is not. Rejects where there is none. */
  private async ready(): Promise<Redis | Cluster> {
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
    const { nodes, mode, database, sentinelMaster, log } = this.options;
    const client =
      mode === "cluster"
        ? new Cluster([...nodes], clusterOptions(common) as object)
        : mode === "sentinel"
          ? new Redis({ ...common, db: database, sentinels: [...nodes], name: sentinelMaster } as object)
          : new Redis({ ...common, db: database, ...nodes[0]! } as object);
    client.on("error", (error: Error) => log("warn", "Redis cannot be reached.", { reason: error.message }));
    client.on("ready", () => log("info", "Connected to Redis."));
    this.client = client;
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

async function readOne(client: Redis | Cluster, read: HashRead): Promise<(Buffer | null)[]> {
  const answer =
    read.fields.length > wholeHashFrom
      ? await client.callBuffer("HGETALL", read.key)
      : await client.hmgetBuffer(read.key, ...read.fields);
  return fieldsOf(answer as (Buffer | null)[], read);
}

/** A whole hash comes as names and values in turn. Names are bytes, so no reader of the driver's may decode them. */
function fieldsOf(answer: (Buffer | null)[], { fields }: HashRead): (Buffer | null)[] {
  if (fields.length <= wholeHashFrom) return answer;
  const found = new Map<string, Buffer | null>();
  for (let at = 0; at + 1 < answer.length; at += 2) {
    found.set(answer[at]!.toString("latin1"), answer[at + 1]!);
  }
  return fields.map((field) => found.get(field.toString("latin1")) ?? null);
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
    enableOfflineQueue: false,
    enableReadyCheck: true,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempts) => Math.min(attempts * 50, 1_000),
  } as DriverOptions;
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
