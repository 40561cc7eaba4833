import type { Cancel, Clock } from "../../contracts/host.js";
import type {
  KeepRules,
  ServerAddress,
  ServerCondition,
  ServerState,
} from "../../contracts/server-keeper.js";
import type { SourceLog } from "../../contracts/source.js";
import type { JsonObject } from "../../expression/value.js";
import type { Launched, Launcher } from "./launcher.js";

export interface KeptOptions {
  readonly launcher: Launcher;
  readonly rules: KeepRules;
  readonly clock: Clock;
  readonly log: SourceLog;
  /** Rejects where it does not answer now. */
  readonly check: (address: ServerAddress) => Promise<void>;
  /** Told of each condition after the first. */
  readonly changed: (condition: ServerCondition) => void;
}

const firstLookMs = 50;
const longestLookMs = 500;
const firstPauseMs = 500;
const longestPauseMs = 30_000;
const crashPauseMs = 60_000;
const windowMs = 300_000;
/** Ready for so long, it is as if it had never failed. */
const steadyAfterMs = 60_000;
const linesInLog = 10;

/** Keeps one server running: starts it, waits until it answers, watches it, and starts it again when it is gone. */
export class KeptServer {
  condition: ServerCondition;
  private readonly options: KeptOptions;
  private readonly wakers = new Set<() => void>();
  private launches = 0;
  private restartTimes: number[] = [];
  private inARow = 0;
  private life: Promise<void> | undefined;
  private readonly closing = new AbortController();

  constructor(options: KeptOptions) {
    this.options = options;
    const sinceMs = options.clock.nowMs();
    this.condition = {
      ...{ state: "stopped", sinceMs, restarts: 0 },
      ...{ lastEnd: undefined, address: undefined, facts: {} },
    };
  }

  /** Begins to keep it, unless that has begun: one that ended and is not to be started again stays as it is. */
  start(): void {
    if (!this.isClosed) this.life ??= this.live();
  }

  async close(): Promise<void> {
    this.closing.abort();
    for (const wake of [...this.wakers]) wake();
    await this.life;
  }

  private get isClosed(): boolean {
    return this.closing.signal.aborted;
  }

  private async live(): Promise<void> {
    for (;;) {
      this.become("starting");
      await this.liveOnce();
      if (this.isClosed || !this.options.rules.restarts) return this.become("stopped");
      await this.pause(this.nextPause());
      if (this.isClosed) return this.become("stopped");
      this.tell({ restarts: this.condition.restarts + 1 });
    }
  }

  /** From the start of one server to its end. Nothing of it is left then. */
  private async liveOnce(): Promise<void> {
    const { launcher, log } = this.options;
    let launched: Launched | undefined;
    let end: string;
    try {
      this.launches += 1;
      launched = await launcher.launch(this.closing.signal);
      this.tell({ facts: launched.facts });
      log("info", "A model server was started.", { ...this.named(), ...launched.facts });
      end = await this.watch(launched);
    } catch (error) {
      end = error instanceof Error ? error.message : String(error);
    }
    if (!this.isClosed) {
      this.become("restarting", { lastEnd: end, address: undefined });
      const lines = launched?.lastLines().slice(-linesInLog) ?? [];
      log("error", "A model server does not run.", { ...this.named(), reason: end, lines });
    }
    await launched?.stop().catch((error: unknown) => {
      log("error", "A model server may run on: it could not be ended.", {
        ...this.named(),
        reason: error instanceof Error ? error.message : String(error),
      });
    });
    this.tell({ address: undefined, facts: {} });
  }

  private async watch(launched: Launched): Promise<string> {
    let end: string | undefined;
    const ended = launched.ended.then((how) => {
      end = how;
      for (const wake of [...this.wakers]) wake();
    });
    const fault = await this.untilReady(launched, () => end !== undefined);
    if (fault !== undefined) return end === undefined ? fault : `before it was ready, ${end}`;
    this.become("ready", { lastEnd: undefined, address: this.addressOf(launched) });
    this.options.log("info", "A model server is ready.", { ...this.named(), ...launched.facts });
    const sick = await this.untilSick(launched, () => end !== undefined);
    if (sick === undefined && !this.isClosed) await ended;
    return end ?? sick ?? "it was stopped";
  }

  /** Answers why it did not get ready. */
  private async untilReady(launched: Launched, hasEnded: () => boolean): Promise<string | undefined> {
    const { rules, clock } = this.options;
    const { readyWithinMs } = rules;
    const endMs = clock.monotonicMs() + readyWithinMs;
    for (let lookMs = firstLookMs; ; lookMs = Math.min(lookMs * 2, longestLookMs)) {
      if (hasEnded() || this.isClosed) return "it ended";
      if (await this.answers(launched)) return undefined;
      const leftMs = endMs - clock.monotonicMs();
      if (leftMs <= 0) return `it was not ready within ${readyWithinMs} ms`;
      if (!hasEnded()) await this.pause(Math.min(lookMs, leftMs));
    }
  }

  /** Answers why it is to be started again; nothing where it has ended, or is not wanted any more. */
  private async untilSick(launched: Launched, hasEnded: () => boolean): Promise<string | undefined> {
    const { periodMs, failures } = this.options.rules.live;
    for (let failed = 0; ;) {
      await this.pause(periodMs);
      if (hasEnded() || this.isClosed) return undefined;
      failed = (await this.answers(launched)) ? 0 : failed + 1;
      if (failed >= failures) return `it did not answer ${failures} times in a row`;
    }
  }

  private async answers(launched: Launched): Promise<boolean> {
    const { rules, clock, check } = this.options;
    let stop: Cancel | undefined;
    const tooLong = new Promise<false>((resolve) => {
      stop = clock.after(rules.live.timeoutMs, () => resolve(false));
    });
    const answer = check(this.addressOf(launched)).then(
      () => true,
      () => false,
    );
    const answered = await Promise.race([answer, tooLong]);
    stop?.();
    return answered;
  }

  /** How long to wait before the next start, which is longer each time. */
  private nextPause(): number {
    const { clock, rules, log } = this.options;
    const nowMs = clock.monotonicMs();
    this.restartTimes = this.restartTimes.filter((atMs) => nowMs - atMs < windowMs);
    if (this.restartTimes.length >= rules.maxRestarts) {
      if (this.condition.state !== "crash_loop") {
        this.become("crash_loop");
        const facts = { ...this.named(), restarts: this.restartTimes.length };
        log("error", "A model server ends again and again; it is tried once a minute.", facts);
      }
      return crashPauseMs;
    }
    this.restartTimes.push(nowMs);
    const pauseMs = Math.min(firstPauseMs * 2 ** this.inARow, longestPauseMs);
    this.inARow += 1;
    return pauseMs * (0.8 + Math.random() * 0.4);
  }

  private pause(forMs: number): Promise<void> {
    if (this.isClosed) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        stop();
        this.wakers.delete(wake);
        resolve();
      };
      const stop = this.options.clock.after(forMs, wake);
      this.wakers.add(wake);
    });
  }

  private become(state: ServerState, more: Partial<ServerCondition> = {}): void {
    const nowMs = this.options.clock.nowMs();
    const before = this.condition;
    if (before.state === "ready" && nowMs - before.sinceMs >= steadyAfterMs) this.inARow = 0;
    this.tell({ ...more, state, sinceMs: nowMs });
  }

  private tell(news: Partial<ServerCondition>): void {
    this.condition = { ...this.condition, ...news };
    this.options.changed(this.condition);
  }

  private addressOf({ host, port }: Launched): ServerAddress {
    return { host, port, launch: this.launches };
  }

  private named(): JsonObject {
    return { source: this.options.rules.name };
  }
}
