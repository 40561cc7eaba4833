import type { Cancel, Clock } from "../../contracts/host.js";
import type { PoolLoad } from "../../contracts/source.js";
import { thrownFault, type SqlFault } from "./sql-fault.js";

/** One connection to a server, as a pool sees it. */
export interface PooledSession {
  /** False as soon as the connection is known to be broken. */
  readonly isUsable: boolean;
  /** Told once when the connection breaks, whoever has it. */
  onLost: (() => void) | undefined;
  /** Ends the connection, politely where it is idle. */
  close(): Promise<void>;
  /** Drops the connection; what runs on it fails. */
  destroy(): void;
}

/** Who waits for a session. Told once, possibly before `acquire` returns where a session is free. */
export interface SessionWaiter<Session> {
  granted(session: Session): void;
  /** Never before `acquire` has returned. */
  refused(fault: SqlFault): void;
}

export interface SessionPoolOptions<Session> {
  readonly size: number;
  /** How long a waiter waits for a session that others have. */
  readonly timeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly maxLifetimeMs: number;
  readonly clock: Clock;
  /** Rejects with a FaultError. */
  readonly connect: () => Promise<Session>;
  /** Told of a failed attempt, once for each row of them. */
  readonly onUnreachable: (fault: SqlFault) => void;
}

interface Waiting<Session> {
  readonly waiter: SessionWaiter<Session>;
  stopTimer: Cancel;
}

interface Idle<Session> {
  readonly session: Session;
  readonly sinceMs: number;
}

const firstPauseMs = 50;
const longestPauseMs = 2_000;

/**
 * Sessions of one kind, opened when they are needed. After a failed attempt there is a pause that doubles; who asks
 * meanwhile is refused at once where no session is left to wait for, so that an outage is told quickly.
 */
export class SessionPool<Session extends PooledSession> {
  private readonly options: SessionPoolOptions<Session>;
  private readonly expiries = new Map<Session, number>();
  private idle: Idle<Session>[] = [];
  private readonly waiting = new Set<Waiting<Session>>();
  private connecting = 0;
  private failures = 0;
  private pausedUntilMs = -Infinity;
  private lastFault: SqlFault | undefined;
  private stopSweep: Cancel | undefined;
  private isClosed = false;

  constructor(options: SessionPoolOptions<Session>) {
    this.options = options;
  }

  get load(): PoolLoad {
    const idle = this.idle.length;
    return { busy: this.expiries.size - idle, idle, waiting: this.waiting.size };
  }

  /** Answers with the means to stop waiting, where a session is not free at once. */
  acquire(waiter: SessionWaiter<Session>): Cancel | undefined {
    const free = this.isClosed ? undefined : this.takeIdle();
    if (free !== undefined) return void waiter.granted(free);
    const { clock, timeoutMs } = this.options;
    const entry: Waiting<Session> = { waiter, stopTimer: () => undefined };
    this.waiting.add(entry);
    const refusal = this.refusal();
    entry.stopTimer =
      refusal === undefined
        ? clock.after(timeoutMs, () => this.refuse(entry, this.lateFault()))
        : clock.after(0, () => this.refuse(entry, refusal));
    if (refusal === undefined) this.grow();
    return () => {
      entry.stopTimer();
      this.waiting.delete(entry);
    };
  }

  /** Takes a session back; one that is broken or too old is replaced when it is needed. */
  release(session: Session): void {
    if (!this.expiries.has(session)) return;
    if (this.isClosed || this.isSpent(session)) {
      this.discard(session);
      return this.grow();
    }
    this.handOn(session);
  }

  /** Refuses who waits, closes what is idle, and gives what runs `graceMs` before it is dropped. */
  async close(graceMs: number): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    this.stopSweep?.();
    for (const entry of [...this.waiting]) this.refuse(entry, closedFault);
    const endings = this.idle.splice(0).map(({ session }) => this.end(session));
    const endsMs = this.options.clock.monotonicMs() + graceMs;
    while (this.expiries.size > 0 && this.options.clock.monotonicMs() < endsMs) await this.pause(5);
    for (const session of [...this.expiries.keys()]) session.destroy();
    await Promise.race([Promise.all(endings), this.pause(500)]);
  }

  private refusal(): SqlFault | undefined {
    if (this.isClosed) return closedFault;
    const hasNone = this.expiries.size === 0 && this.connecting === 0;
    const isPaused = this.options.clock.monotonicMs() < this.pausedUntilMs;
    return hasNone && isPaused ? this.lastFault : undefined;
  }

  private takeIdle(): Session | undefined {
    for (let last = this.idle.pop(); last !== undefined; last = this.idle.pop()) {
      if (!this.isSpent(last.session)) return last.session;
      this.discard(last.session);
    }
    return undefined;
  }

  /** Opens a session for each waiter that none is being opened for, as far as the size and the pause allow. */
  private grow(): void {
    const { size, clock } = this.options;
    while (
      !this.isClosed &&
      this.connecting < this.waiting.size &&
      this.expiries.size + this.connecting < size &&
      clock.monotonicMs() >= this.pausedUntilMs
    ) {
      this.connecting++;
      void this.connect();
    }
  }

  private async connect(): Promise<void> {
    try {
      const session = await this.options.connect();
      this.connecting--;
      this.welcome(session);
    } catch (error) {
      this.connecting--;
      this.noteFailure(thrownFault(error));
    }
  }

  private welcome(session: Session): void {
    this.failures = 0;
    this.lastFault = undefined;
    const { clock, maxLifetimeMs } = this.options;
    this.expiries.set(session, clock.monotonicMs() + maxLifetimeMs * (0.9 + Math.random() * 0.1));
    session.onLost = () => {
      const at = this.idle.findIndex((each) => each.session === session);
      if (at < 0) return;
      this.idle.splice(at, 1);
      this.drop(session);
    };
    if (this.isClosed) this.discard(session);
    else this.handOn(session);
  }

  /** Gives a session to who waits longest, or keeps it. */
  private handOn(session: Session): void {
    const [next] = this.waiting;
    if (next !== undefined) return this.grant(next, session);
    this.idle.push({ session, sinceMs: this.options.clock.monotonicMs() });
    this.sweepLater();
  }

  /** Broken or too old. */
  private isSpent(session: Session): boolean {
    return !session.isUsable || this.options.clock.monotonicMs() >= (this.expiries.get(session) ?? 0);
  }

  private discard(session: Session): void {
    this.drop(session);
    if (session.isUsable) void session.close();
  }

  /** Who waits goes on waiting only where sessions are in use that will come back. */
  private noteFailure(fault: SqlFault): void {
    if (this.failures === 0 && !this.isClosed) this.options.onUnreachable(fault);
    const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** this.failures++);
    this.pausedUntilMs = this.options.clock.monotonicMs() + pauseMs * (0.5 + Math.random() / 2);
    this.lastFault = { ...fault, wasSent: false };
    if (this.expiries.size > 0 || this.connecting > 0) return;
    for (const entry of [...this.waiting]) this.refuse(entry, this.lastFault);
  }

  private grant(entry: Waiting<Session>, session: Session): void {
    entry.stopTimer();
    this.waiting.delete(entry);
    entry.waiter.granted(session);
  }

  private refuse(entry: Waiting<Session>, fault: SqlFault): void {
    entry.stopTimer();
    if (this.waiting.delete(entry)) entry.waiter.refused(fault);
  }

  /** All sessions being busy is another thing than none that can be opened. */
  private lateFault(): SqlFault {
    const waited = `no connection became free within ${this.options.timeoutMs} ms`;
    if (this.expiries.size > 0) return { kind: "busy", message: waited, wasSent: false };
    return { ...(this.lastFault ?? { kind: "unreachable", message: waited }), wasSent: false };
  }

  private drop(session: Session): void {
    this.expiries.delete(session);
    session.onLost = undefined;
  }

  private end(session: Session): Promise<void> {
    this.drop(session);
    return session.close();
  }

  private sweepLater(): void {
    const { clock, idleTimeoutMs, maxLifetimeMs } = this.options;
    this.stopSweep ??= clock.after(Math.min(idleTimeoutMs, maxLifetimeMs), () => {
      this.stopSweep = undefined;
      const nowMs = clock.monotonicMs();
      const isDue = ({ session, sinceMs }: Idle<Session>) =>
        nowMs - sinceMs >= idleTimeoutMs || this.isSpent(session);
      const due = this.idle.filter(isDue);
      this.idle = this.idle.filter((each) => !due.includes(each));
      for (const { session } of due) void this.end(session);
      if (this.idle.length > 0) this.sweepLater();
    });
  }

  private pause(forMs: number): Promise<void> {
    return new Promise((resolve) => void this.options.clock.after(forMs, resolve));
  }
}

const closedFault: SqlFault = { kind: "cancelled", message: "the source was closed", wasSent: false };
