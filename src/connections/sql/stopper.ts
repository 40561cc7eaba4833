import type { Clock } from "../../contracts/host.js";
import type { QuerySession, StopSession } from "./query-session.js";
import type { SessionPool } from "./session-pool.js";

/** How long a stopped statement may take to end before its connection is dropped. */
const patienceMs = 5_000;
const firstPauseMs = 25;
const longestPauseMs = 400;

/** A stop on its way. */
export interface Stopping {
  /** To be called once, when the statement has ended. Resolves when no stop can hit what comes next on its session. */
  ended(): Promise<void>;
}

/** Stops statements in the server, by way of a session of its own. */
export class Stopper<Session extends QuerySession<never, never>> {
  private readonly pool: SessionPool<Session>;
  private readonly stopSession: StopSession<Session>;
  private readonly clock: Clock;

  constructor(pool: SessionPool<Session>, stopSession: StopSession<Session>, clock: Clock) {
    this.pool = pool;
    this.stopSession = stopSession;
    this.clock = clock;
  }

  /** Stops what runs on a session. One that cannot be reached that way is destroyed. */
  stop(session: Session): Stopping {
    let hasEnded = false;
    let wake = (): void => undefined;
    const pause = (forMs: number) =>
      new Promise<void>((resolve) => {
        const stopTimer = this.clock.after(forMs, resolve);
        wake = () => {
          stopTimer();
          resolve();
        };
      });
    const stopTimer = this.clock.after(patienceMs, () => session.destroy());
    const sent = this.sendUntil(() => hasEnded, session, pause);
    return {
      ended: async () => {
        hasEnded = true;
        stopTimer();
        wake();
        try {
          if (await sent) await session.settle();
        } catch {
          session.destroy();
        }
      },
    };
  }

  /**
   * A stop that overtakes its statement stops nothing, so it is sent again until the statement has ended. Whether the
   * server has taken note of any.
   */
  private async sendUntil(
    hasEnded: () => boolean,
    session: Session,
    pause: (forMs: number) => Promise<void>,
  ): Promise<boolean> {
    let wasSent = false;
    for (let pauseMs = firstPauseMs; !hasEnded(); pauseMs = Math.min(longestPauseMs, pauseMs * 2)) {
      wasSent = (await this.send(session, hasEnded)) || wasSent;
      if (!session.isUsable || hasEnded()) break;
      await pause(pauseMs);
    }
    return wasSent;
  }

  private async send(session: Session, hasEnded: () => boolean): Promise<boolean> {
    try {
      const through = await this.acquire();
      try {
        if (hasEnded()) return false;
        await this.stopSession(through, session);
        return true;
      } finally {
        this.pool.release(through);
      }
    } catch {
      session.destroy();
      return false;
    }
  }

  private acquire(): Promise<Session> {
    return new Promise((resolve, reject: (fault: Error) => void) => {
      this.pool.acquire({
        granted: resolve,
        refused: ({ message }) => reject(new Error(message)),
      });
    });
  }
}
