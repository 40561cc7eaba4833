export interface WatchOptions {
  /** Something that changes with the files. */
  readonly stampOf: () => Promise<string>;
  /** The stamp of what is loaded. */
  readonly seen: string;
  /** Told when the files have changed, and stay as they are from one look to the next. Never rejects. */
  readonly changed: () => Promise<void>;
  readonly everyMs: number;
}

/** Looks at files now and then: that works on every file system, and costs next to nothing. Keeps no process alive. */
export class FileWatch {
  private readonly options: WatchOptions;
  private readonly timer: NodeJS.Timeout;
  private handled: string;
  private last: string;
  private isLooking = false;

  constructor(options: WatchOptions) {
    this.options = options;
    this.handled = options.seen;
    this.last = options.seen;
    this.timer = setInterval(() => void this.look(), options.everyMs);
    this.timer.unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private async look(): Promise<void> {
    if (this.isLooking) return;
    this.isLooking = true;
    const stamp = await this.options.stampOf();
    const isSettled = stamp === this.last;
    this.last = stamp;
    if (isSettled && stamp !== this.handled) {
      this.handled = stamp;
      await this.options.changed();
    }
    this.isLooking = false;
  }
}
