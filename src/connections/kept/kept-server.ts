import type { Cancel, Clock } from "../../contracts/host.js";
import type { Cancellable, SourceLog } from "../../contracts/source.js";
import type { JsonObject } from "../../expression/value.js";
import type { Launched, Launcher } from "./launcher.js";

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

export type KeptState =
  | "stopped"
  | "starting"
  | "ready"
  /** It waits to be started again. */
  | "restarting"
  /** It fails again and again, and is tried once a minute. */
  | "crash_loop";

export interface KeptCondition {
  readonly state: KeptState;
  readonly sinceMs: number;
  readonly restarts: number;
  /** Why it last ended or could not be started. */
  readonly lastEnd: string | undefined;
  readonly facts: JsonObject;
}

/** Told once, later than the wait began. */
export interface ReadyReceiver {
  ready(launched: Launched): void;
  /** Why it cannot be asked now. */
  notReady(reason: string): void;
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
  private readonly launcher: Launcher;
  private readonly rules: KeepRules;
  private readonly clock: Clock;
  private readonly log: SourceLog;
  private readonly waiters = new Set<ReadyReceiver>();
  private readonly wakers = new Set<() => void>();
  private state: KeptState = "stopped";
  private sinceMs: number;
  private launched: Launched | undefined;
  private restarts = 0;
  private restartTimes: number[] = [];
  private inARow = 0;
  private lastEnd: string | undefined;
  private life: Promise<void> | undefined;
  private isClosed = false;

  constructor(launcher: Launcher, rules: KeepRules, clock: Clock, log: SourceLog) {
    this.launcher = launcher;
    this.rules = rules;
    this.clock = clock;
    this.log = log;
    this.sinceMs = clock.nowMs();
  }

  /** The server, where it can be asked now. */
  get current(): Launched | undefined {
    return this.state === "ready" ? this.launched : undefined;
  }

  get condition(): KeptCondition {
    const { state, sinceMs, restarts, lastEnd } = this;
    return { state, sinceMs, restarts, lastEnd, facts: this.launched?.facts ?? {} };
  }

  /** Begins to keep it, unless that has begun. */
  start(): void {
    if (this.isClosed) return;
    this.life ??= this.live().finally(() => (this.life = undefined));
  }

  /** Waits while it starts. What has failed and is to be tried again later is not waited for. */
  whenReady(receiver: ReadyReceiver): Cancellable {
    if (this.state === "stopped" && !this.isClosed && this.lastEnd === undefined) this.start();
    if (this.state === "starting") {
      this.waiters.add(receiver);
      return { cancel: () => this.waiters.delete(receiver) };
    }
    let isCancelled = false;
    queueMicrotask(() => {
      if (isCancelled) return;
      if (this.current === undefined) receiver.notReady(this.reason());
      else receiver.ready(this.current);
    });
    return { cancel: () => (isCancelled = true) };
  }

  /** Why it cannot be asked. */
  reason(): string {
    if (this.state === "starting") return "it is still starting";
    return this.lastEnd ?? "it is not running";
  }

  async close(): Promise<void> {
    this.isClosed = true;
    for (const wake of [...this.wakers]) wake();
    await this.life;
  }

  private async live(): Promise<void> {
    for (;;) {
      this.become("starting");
      const end = await this.liveOnce();
      if (this.isClosed) return this.become("stopped");
      this.lastEnd = end;
      this.tellWaiters((receiver) => receiver.notReady(end));
      if (!this.rules.restarts) return this.become("stopped");
      await this.pause(this.nextPause());
      if (this.isClosed) return this.become("stopped");
      this.restarts += 1;
    }
  }

  /** From the start of one server to its end, of which it answers the reason. Nothing of it is left then. */
  private async liveOnce(): Promise<string> {
    let launched: Launched | undefined;
    let end: string;
    try {
      launched = this.launched = await this.launcher.launch();
      this.log("info", "A model server was started.", { ...this.named(), ...launched.facts });
      end = await this.watch(launched);
    } catch (error) {
      end = error instanceof Error ? error.message : String(error);
    }
    if (!this.isClosed) {
      this.become("restarting");
      const lines = launched?.lastLines().slice(-linesInLog) ?? [];
      this.log("error", "A model server does not run.", { ...this.named(), reason: end, lines });
    }
    await launched?.stop();
    this.launched = undefined;
    return end;
  }

  private async watch(launched: Launched): Promise<string> {
    let end: string | undefined;
    const ended = launched.ended.then((how) => {
      end = how;
      for (const wake of [...this.wakers]) wake();
    });
    const fault = await this.untilReady(launched, () => end !== undefined);
    if (fault !== undefined) return end === undefined ? fault : `before it was ready, ${end}`;
    this.become("ready");
    this.log("info", "A model server is ready.", { ...this.named(), ...launched.facts });
    this.tellWaiters((receiver) => receiver.ready(launched));
    const sick = await this.untilSick(launched, () => end !== undefined);
    if (sick === undefined && !this.isClosed) await ended;
    return end ?? sick ?? "it was stopped";
  }

  /** Answers why it did not get ready. */
  private async untilReady(launched: Launched, hasEnded: () => boolean): Promise<string | undefined> {
    const { readyWithinMs } = this.rules;
    const endMs = this.clock.monotonicMs() + readyWithinMs;
    for (let lookMs = firstLookMs; ; lookMs = Math.min(lookMs * 2, longestLookMs)) {
      if (hasEnded() || this.isClosed) return "it ended";
      if (await this.answers(launched)) return undefined;
      const leftMs = endMs - this.clock.monotonicMs();
      if (leftMs <= 0) return `it was not ready within ${readyWithinMs} ms`;
      if (!hasEnded()) await this.pause(Math.min(lookMs, leftMs));
    }
  }

  /** Answers why it is to be started again; nothing where it has ended, or is not wanted any more. */
  private async untilSick(launched: Launched, hasEnded: () => boolean): Promise<string | undefined> {
    const { periodMs, failures } = this.rules.live;
    for (let failed = 0; ;) {
      await this.pause(periodMs);
      if (hasEnded() || this.isClosed) return undefined;
      failed = (await this.answers(launched)) ? 0 : failed + 1;
      if (failed >= failures) return `it did not answer ${failures} times in a row`;
    }
  }

  private async answers(launched: Launched): Promise<boolean> {
    let stop: Cancel | undefined;
    const tooLong = new Promise<false>((resolve) => {
      stop = this.clock.after(this.rules.live.timeoutMs, () => resolve(false));
    });
    const answer = this.launcher.check(launched).then(
      () => true,
      () => false,
    );
    const answered = await Promise.race([answer, tooLong]);
    stop?.();
    return answered;
  }

  /** How long to wait before the next start, which is longer each time. */
  private nextPause(): number {
    const nowMs = this.clock.monotonicMs();
    this.restartTimes = this.restartTimes.filter((atMs) => nowMs - atMs < windowMs);
    if (this.restartTimes.length >= this.rules.maxRestarts) {
      if (this.state !== "crash_loop") {
        this.become("crash_loop");
        const facts = { ...this.named(), restarts: this.restartTimes.length };
        this.log("error", "A model server ends again and again; it is tried once a minute.", facts);
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
      const stop = this.clock.after(forMs, wake);
      this.wakers.add(wake);
    });
  }

  private become(state: KeptState): void {
    const nowMs = this.clock.nowMs();
    if (this.state === "ready" && nowMs - this.sinceMs >= steadyAfterMs) this.inARow = 0;
    if (state === "ready") this.lastEnd = undefined;
    if (state === "stopped") this.tellWaiters((receiver) => receiver.notReady(this.reason()));
    this.state = state;
    this.sinceMs = nowMs;
  }

  private tellWaiters(how: (receiver: ReadyReceiver) => void): void {
    for (const receiver of [...this.waiters]) {
      if (this.waiters.delete(receiver)) how(receiver);
    }
  }

  private named(): JsonObject {
    return { source: this.rules.name };
  }
}
