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

/** A process that does what signals tell it. */
export interface ObeyedSignals {
  /** To be called once it serves; from then on SIGHUP reloads. */
  serving(urls: Pick<RunningServer, "url" | "adminUrl">): RunningServer;
  /** To be called where it cannot serve: closes what is open, and throws the reason unless it is that a signal came. */
  failed(reason: unknown): Promise<never>;
}

/**
 * From now on, also while the app still starts, SIGTERM and SIGINT shut it down in order, and then the process ends, with
 * exit code 0 when everything was answered and 1 when not; a second signal ends the process at once.
 */
export function obeySignals(app: App, logger: Logger): ObeyedSignals {
  let onStopped: () => void = () => undefined;
  const stopped = new Promise<void>((resolve) => (onStopped = resolve));
  let isServing = false;
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
      letGo();
      onStopped();
    }
  }

  function letGo(): void {
    for (const signal of signals) process.off(signal, onSignal);
    process.off("SIGHUP", onHangUp);
  }

  /** Who waits for it to serve would wait for ever, so nothing lingers before. */
  function endProcess(isComplete: boolean): void {
    if (!isComplete) process.exit(1);
    if (!isServing) process.exit(0);
    setTimeout(() => process.exit(0), lingerMs).unref();
  }

  return {
    serving({ url, adminUrl }) {
      isServing = true;
      process.on("SIGHUP", onHangUp);
      return { url, adminUrl, app, stopped, stop: async () => void (await shutDown()) };
    },
    async failed(reason) {
      if (isSignalled) return new Promise(() => undefined);
      letGo();
      await app.close();
      throw reason;
    },
  };
}
