import type { JsonObject } from "../expression/value.js";
import type { SourceLog } from "./source.js";

/** Keeps servers running that sources need, such as that of a model: each once for all who want the same. */
export interface ServerKeeper {
  /** Resolves when the condition of the server is known. Starts nothing yet. */
  keep(wanted: WantedServer, user: ServerUser): Promise<ServerHold>;
}

/** A server that is to run. Plain values only: two that are written the same are one, also between processes. */
export interface WantedServer {
  readonly rules: KeepRules;
  readonly launch: ProcessLaunch | ContainerLaunch;
}

/** One who needs a server. */
export interface ServerUser {
  readonly log: SourceLog;
  /**
   * Rejects where it does not answer now; the server is well where it answers one of its users. `undefined` for one who
   * leaves that to the others.
   */
  readonly check: ((address: ServerAddress) => Promise<void>) | undefined;
  /** Told of each condition after the first, which the hold has. */
  changed(condition: ServerCondition): void;
}

/** The right of one user to a server. */
export interface ServerHold {
  readonly condition: ServerCondition;
  /** Begins to keep it running, unless that has begun. */
  start(): void;
  /** The last one to let it go ends it. Resolves when what this process has to do for that is done. */
  release(): Promise<void>;
}

export type ServerState =
  | "stopped"
  | "starting"
  | "ready"
  /** It waits to be started again. */
  | "restarting"
  /** It fails again and again, and is tried once a minute. */
  | "crash_loop";

export interface ServerCondition {
  readonly state: ServerState;
  readonly sinceMs: number;
  readonly restarts: number;
  /** Why it last ended or could not be started. */
  readonly lastEnd: string | undefined;
  /** Where it can be asked, while it is `ready`. */
  readonly address: ServerAddress | undefined;
  /** What is told of it, such as its process number. */
  readonly facts: JsonObject;
}

export interface ServerAddress {
  readonly host: string;
  readonly port: number;
  /** Counts its starts: what is known of one does not hold for the next. */
  readonly launch: number;
}

export interface KeepRules {
  /** What the log calls it. */
  readonly name: string;
  /** The longest time until it answers. */
  readonly readyWithinMs: number;
  readonly live: { readonly periodMs: number; readonly timeoutMs: number; readonly failures: number };
  readonly restarts: boolean;
  /** In five minutes; after one more it is tried only once a minute. */
  readonly maxRestarts: number;
}

/** A program of this machine. */
export interface ProcessLaunch {
  readonly kind: "process";
  /** The program and its words; `{port}` stands for the port. */
  readonly command: readonly string[];
  /** Absolute. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  /** `undefined`: any free one. */
  readonly port: number | undefined;
  readonly stopTimeoutMs: number;
}

/** A container of the Docker Engine. */
export interface ContainerLaunch {
  readonly kind: "container";
  readonly image: string;
  readonly pull: PullRule;
  readonly login: ImageLogin;
  /** What stands in the place of the image's own command. */
  readonly command: readonly string[] | undefined;
  readonly environment: Readonly<Record<string, string>>;
  /** Of the container; `undefined`: the only one that its image tells of. */
  readonly port: number | undefined;
  /** The network of the container, in which this service is too; `undefined`: a port of this machine leads to it. */
  readonly network: string | undefined;
  /** `/on/this/machine:/in/the/container`, read-only unless `:rw` follows. */
  readonly volumes: readonly string[];
  readonly memoryBytes: number | undefined;
  readonly cpus: number | undefined;
  /** How many; -1 is all. */
  readonly gpus: number | undefined;
  readonly stopTimeoutMs: number;
  /** Told of the container as a label: what it serves. */
  readonly name: string;
  /** Variables of the environment that say where Docker is, and who logs in. */
  readonly variables: Readonly<Record<string, string>>;
}

export type PullRule = "always" | "if-missing" | "never";

/** The login of an image's registry: a written one, that of AWS, or the one that `docker login` has left. */
export type ImageLogin =
  | { readonly kind: "written"; readonly username: string; readonly password: string }
  | { readonly kind: "ecr" }
  | { readonly kind: "docker" };
