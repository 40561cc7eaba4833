import type { Logger } from "../observe/logger.js";
import type { App } from "./assemble-app.js";

export interface RunningServer {
  /** Where it can be reached from this machine, with the port that it really has. */
  readonly url: string;
  /** The same of the admin listener; `undefined` where it is off. */
  readonly adminUrl: string | undefined;
  readonly app: App;
  /** Shuts down as a signal would, but lets the process go on. */
  stop(): Promise<void>;
  /** Resolves when the server has shut down, whatever the reason. */
  readonly stopped: Promise<void>;
}

const signals = ["SIGTERM", "SIGINT"] as const;
const signalNumbers = { SIGTERM: 15, SIGINT: 2 };
/** What keeps a process alive after everything is closed, such as a plug-in's timer, is not waited for longer. */
const lingerMs = 2_000;

export interface RunUntilSignalOptions {
  readonly app: App;
  readonly url: string;
  readonly adminUrl?: string | undefined;
  readonly logger: Logger;
}

/**
 * Runs a listening app until `stop` or a signal. SIGHUP reloads it. SIGTERM and SIGINT shut it down in order, and then the process ends,
 * with exit code 0 when everything was answered and 1 when not; a second signal ends the process at once.
 */
export function runUntilSignal({ app, url, adminUrl, logger }: RunUntilSignalOptions): RunningServer {
  let onStopped: () => void = () => undefined;
  const stopped = new Promise<void>((resolve) => (onStopped = resolve));
  let isSignalled = false;
  const onSignal = (signal: (typeof signals)[number]) => {
    if (isSignalled) process.exit(128 + signalNumbers[signal]);
    isSignalled = true;
    logger.info(`${signal}: shutting down. A second one ends the process at once.`);
    void shutDown().then(endProcess);
  };
  const onHangUp = () => {
    logger.info("SIGHUP: reloading the configuration.");
    void app.reload();
  };
  for (const signal of signals) process.on(signal, onSignal);
  process.on("SIGHUP", onHangUp);

  async function shutDown(): Promise<boolean> {
    try {
      const isComplete = await app.close();
      if (isComplete) logger.info("Stopped; everything was answered.");
      else logger.warn("Stopped; some requests were cut off after the shutdown timeout.");
      return isComplete;
    } catch (error) {
      logger.error({ err: error }, "Shutting down failed.");
      return false;
    } finally {
      for (const signal of signals) process.off(signal, onSignal);
      process.off("SIGHUP", onHangUp);
      onStopped();
    }
  }

  return { url, adminUrl, app, stopped, stop: async () => void (await shutDown()) };
}

function endProcess(isComplete: boolean): void {
  if (!isComplete) process.exit(1);
  setTimeout(() => process.exit(0), lingerMs).unref();
}
