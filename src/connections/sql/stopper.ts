import type { Cancel, Clock } from "../../contracts/host.js";
import type { QuerySession, StopSession } from "./query-session.js";
import type { SessionPool } from "./session-pool.js";

/** How long a stopped statement may take to end before its connection is dropped. */
const patienceMs = 5_000;

/** A stop on its way. */
export interface Stopping {
  /** Whether the server has taken note of it; false where the statement had ended before it was sent. */
  readonly wasSent: Promise<boolean>;
  /** To be called when the statement has ended. */
  readonly stopTimer: Cancel;
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
  stop(session: Session, hasEnded: () => boolean): Stopping {
    const stopTimer = this.clock.after(patienceMs, () => {
      if (!hasEnded()) session.destroy();
    });
    return { wasSent: this.send(session, hasEnded), stopTimer };
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
