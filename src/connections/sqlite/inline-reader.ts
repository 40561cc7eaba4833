import type { JsonValue } from "../../expression/value.js";
import { loadDriver } from "./driver.js";
import type { SqliteStatement, SqliteValue } from "./protocol.js";
import { lookAgainMs, Session } from "./session.js";

/** Two reads in a row that took longer show that the file is not in memory, or that the disk is slow. */
const longestMs = 5;
/** So many times as long as the second one took nothing is read here: slow reads hold up others for a small part of the time. */
const restFactor = 20;
const restAfterFaultMs = 100;

/**
 * Short reads on this thread, which are over before a message to another one is answered. It waits for no lock, and
 * after a read that failed, or two that were slow, it rests for a while, so that all go to the threads.
 */
export class InlineReader {
  private readonly session: Session;
  private readonly numbers = new Map<SqliteStatement, number>();
  private restsUntilMs = 0;
  private wasSlow = false;

  private constructor(session: Session) {
    this.session = session;
  }

  /** `path` is absolute. Throws DriverMissing. */
  static open(path: string): InlineReader {
    const settings = { path, role: "reader", busyTimeoutMs: 0, pragmas: [], init: undefined } as const;
    return new InlineReader(new Session(loadDriver(), settings, undefined));
  }

  /** `undefined` where the threads are to be asked. */
  read(statement: SqliteStatement, values: readonly SqliteValue[]): JsonValue | undefined {
    const startedMs = performance.now();
    if (!this.isFit()) return undefined;
    const number = this.numberOf(statement);
    try {
      const value = this.session.runner(number)(values);
      const tookMs = performance.now() - startedMs;
      const isSlow = tookMs > longestMs;
      if (isSlow && this.wasSlow) this.restsUntilMs = startedMs + tookMs * restFactor;
      this.wasSlow = isSlow;
      return value;
    } catch {
      this.session.forget(number);
      this.rest();
      return undefined;
    }
  }

  /**
   * Another number once anybody has changed the file or replaced it; `undefined` where the threads are to be asked, and
   * until they are sure to have the file that is open here.
   */
  version(): number | undefined {
    if (!this.isFit()) return undefined;
    const { changes, openedAtMs } = this.session;
    return performance.now() - openedAtMs > lookAgainMs ? changes : undefined;
  }

  close(): void {
    this.restsUntilMs = Infinity;
    this.session.close();
  }

  /** It is not resting, and its connection is on the file and the schema that are there now. */
  private isFit(): boolean {
    if (performance.now() < this.restsUntilMs) return false;
    try {
      this.session.refresh();
      return true;
    } catch {
      this.rest();
      return false;
    }
  }

  private rest(): void {
    this.restsUntilMs = performance.now() + restAfterFaultMs;
  }

  private numberOf(statement: SqliteStatement): number {
    const known = this.numbers.get(statement);
    if (known !== undefined) return known;
    const number = this.numbers.size;
    this.numbers.set(statement, number);
    this.session.define(number, statement);
    return number;
  }
}
