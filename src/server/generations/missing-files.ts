import { existsSync, unwatchFile, watchFile } from "node:fs";

const lookEveryMs = 500;

/** Notices when files come that are not there yet, of which the system itself tells nothing. */
export class MissingFiles {
  private readonly notice: () => void;
  private readonly awaited = new Set<string>();

  constructor(notice: () => void) {
    this.notice = notice;
  }

  /** Looks for those of these files that do not exist, and no more for those that do. */
  await(paths: readonly string[]): void {
    for (const path of paths) {
      if (existsSync(path)) this.forget(path);
      else if (!this.awaited.has(path)) {
        this.awaited.add(path);
        watchFile(path, { interval: lookEveryMs, persistent: false }, this.notice);
      }
    }
  }

  close(): void {
    for (const path of this.awaited) this.forget(path);
  }

  private forget(path: string): void {
    if (this.awaited.delete(path)) unwatchFile(path, this.notice);
  }
}
