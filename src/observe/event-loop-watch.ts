import { performance } from "node:perf_hooks";

const everyMs = 20;

/** Looks at how late timers are: as long as the event loop is busy with other things. Keeps no process alive. */
export class EventLoopWatch {
  private latestMs = 0;
  private beforeMs = 0;
  private expectedMs = 0;
  private timer: NodeJS.Timeout | undefined;
  private readonly listeners = new Set<(delayMs: number) => void>();

  start(): void {
    if (this.timer === undefined) this.lookLater();
  }

  /** How late it was at two looks in a row: one long piece of work, such as a reload, is no overload. */
  get sustainedDelayMs(): number {
    return Math.min(this.latestMs, this.beforeMs);
  }

  onLook(listener: (delayMs: number) => void): void {
    this.listeners.add(listener);
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private lookLater(): void {
    this.expectedMs = performance.now() + everyMs;
    this.timer = setTimeout(() => this.look(), everyMs).unref();
  }

  private look(): void {
    this.beforeMs = this.latestMs;
    this.latestMs = Math.max(0, performance.now() - this.expectedMs);
    for (const listener of this.listeners) listener(this.latestMs);
    this.lookLater();
  }
}
