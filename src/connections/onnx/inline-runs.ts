import type { Cancellable } from "../../contracts/source.js";
import type { Tensor } from "./element-type.js";
import { runFault } from "./fault.js";
import { Run, type RunReceiver } from "./run.js";
import type { Session } from "./session.js";

export interface InlineOptions {
  readonly session: Session;
  /** How many runs may wait for their turn. */
  readonly maxQueued: number;
  /** Told how long each run took. */
  readonly took: (runMs: number) => void;
}

/** Runs on the event loop, at most one in each of its turns, so that nothing else waits for more than one of them. */
export class InlineRuns {
  private readonly options: InlineOptions;
  private readonly queue: Run[] = [];
  private working: Promise<void> | undefined;

  constructor(options: InlineOptions) {
    this.options = options;
  }

  /** The receiver is told once, later than this returns, and not at all after `cancel`. */
  run(
    feeds: Readonly<Record<string, Tensor>>,
    fetches: readonly string[],
    receiver: RunReceiver,
  ): Cancellable {
    const run = new Run(feeds, fetches, receiver);
    const { length } = this.queue;
    if (length < this.options.maxQueued) {
      this.queue.push(run);
      this.working ??= this.work();
    } else setImmediate(() => run.fail({ kind: "busy", message: `${length} runs wait`, wasSent: false }));
    return { cancel: () => run.forget() };
  }

  /** Ends once everything that was begun here is answered. */
  async drain(): Promise<void> {
    await this.working;
    await this.options.session.release();
  }

  close(): Promise<void> {
    for (const run of this.queue.splice(0))
      run.fail({ kind: "cancelled", message: "the model was closed", wasSent: false });
    return this.drain();
  }

  private async work(): Promise<void> {
    for (let run = this.queue.shift(); run !== undefined; run = this.queue.shift())
      if (!run.isAnswered) await this.compute(run);
    this.working = undefined;
  }

  private async compute(run: Run): Promise<void> {
    const beganMs = performance.now();
    try {
      const outputs = await this.options.session.run(run.feeds, run.fetches);
      this.options.took(performance.now() - beganMs);
      run.succeed(outputs);
    } catch (error) {
      run.fail(runFault(error));
    }
  }
}
