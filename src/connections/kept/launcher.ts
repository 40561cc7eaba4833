import type { JsonObject } from "../../expression/value.js";

/** Starts a server. A process and a container are two of them. */
export interface Launcher {
  /**
   * Starts it once. Rejects with an error whose message says why it cannot be started; soon, where `unwanted` is
   * aborted while something that takes long is done for it.
   */
  launch(unwanted: AbortSignal): Promise<Launched>;
}

/** One server that was started. */
export interface Launched {
  readonly host: string;
  readonly port: number;
  /** What is told of it, such as its process number. */
  readonly facts: JsonObject;
  /** Resolves with the way it ended, such as `it ended with code 1`. */
  readonly ended: Promise<string>;
  /** The last lines that it printed. */
  readonly lastLines: () => readonly string[];
  /** Ends it and all that it started, whether or not it has ended itself. */
  stop(): Promise<void>;
}
