import type { FSWatcher } from "chokidar";
import { envFilesOf } from "../../host/load-env.js";
import type { Logger } from "../../observe/logger.js";
import { MissingFiles } from "./missing-files.js";
import type { LoadedProject } from "../../service.js";

export interface WatchOptions {
  /** What serves at the moment: the files that it was read from are watched. */
  readonly loaded: () => LoadedProject;
  readonly reload: () => Promise<unknown>;
  readonly logger: Logger;
  /** How long it must be quiet before the files are read: programs write them in several goes. */
  readonly quietMs?: number | undefined;
}

export interface Watching {
  close(): Promise<void>;
}

/**
 * Reloads when something changes in the configuration folder, in `.env`, or in another file that was read, such as a
 * mounted secret. Whatever moves there starts a reload, which finds out itself whether anything is different: so it
 * does not matter how a program replaces files, or that a link to a whole folder is swapped. Files that were looked for
 * and are not there yet are waited for.
 */
export async function watchConfiguration(options: WatchOptions): Promise<Watching> {
  const { loaded, logger, quietMs = 100 } = options;
  const { watch } = await import("chokidar");
  const watcher = watch(watchedPaths(loaded()), { ignoreInitial: true, ignorePermissionErrors: true });
  let timer: NodeJS.Timeout | undefined;
  const reload = async () => {
    await options.reload();
    watcher.add([...watchedPaths(loaded())]);
    missing.await(watchedPaths(loaded()));
  };
  const notice = () => {
    clearTimeout(timer);
    timer = setTimeout(() => void reload(), quietMs);
  };
  const missing = new MissingFiles(notice);
  watcher.on("all", notice);
  watcher.on("raw", notice);
  watcher.on("error", (error) => {
    logger.warn(
      { err: error },
      "Watching the configuration failed; SIGHUP and `config reload` still reload it.",
    );
  });
  await isReady(watcher);
  missing.await(watchedPaths(loaded()));
  // What changed after it was read and before it was watched.
  notice();
  return {
    async close() {
      clearTimeout(timer);
      missing.close();
      await watcher.close();
    },
  };
}

function watchedPaths({ config, record }: LoadedProject): string[] {
  return [...new Set([config!.configFolder, ...envFilesOf(), ...record.files])];
}

function isReady(watcher: FSWatcher): Promise<void> {
  return new Promise((resolve) => watcher.once("ready", resolve));
}
