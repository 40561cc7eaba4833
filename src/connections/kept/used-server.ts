import type {
  ServerAddress,
  ServerCondition,
  ServerHold,
  ServerKeeper,
  ServerUser,
  WantedServer,
} from "../../contracts/server-keeper.js";
import type { Cancellable } from "../../contracts/source.js";

/** Told once, later than the wait began. */
export interface ReadyReceiver {
  ready(address: ServerAddress): void;
  /** Why it cannot be asked now. */
  notReady(reason: string): void;
}

/** A server that is kept, as one sees it who asks it. */
export class UsedServer {
  private readonly hold: ServerHold;
  private readonly waiters: Set<ReadyReceiver>;
  private isReleased = false;

  private constructor(hold: ServerHold, waiters: Set<ReadyReceiver>) {
    this.hold = hold;
    this.waiters = waiters;
  }

  static async open(
    keeper: ServerKeeper,
    wanted: WantedServer,
    user: Pick<ServerUser, "log" | "check">,
  ): Promise<UsedServer> {
    const waiters = new Set<ReadyReceiver>();
    const changed = (condition: ServerCondition) => {
      if (!isExpected(condition)) tell(waiters, condition);
    };
    return new UsedServer(await keeper.keep(wanted, { ...user, changed }), waiters);
  }

  /** Where it can be asked now. */
  get current(): ServerAddress | undefined {
    return this.isReleased ? undefined : this.hold.condition.address;
  }

  get condition(): ServerCondition {
    return this.hold.condition;
  }

  start(): void {
    this.hold.start();
  }

  /** Waits while it starts, and starts it where nobody has. What failed and is to be tried again later is not waited for. */
  whenReady(receiver: ReadyReceiver): Cancellable {
    if (!this.isReleased && isExpected(this.condition)) {
      if (this.condition.state === "stopped") this.start();
      this.waiters.add(receiver);
      return { cancel: () => this.waiters.delete(receiver) };
    }
    const answered = new Set([receiver]);
    queueMicrotask(() => tell(answered, { ...this.condition, address: this.current }));
    return { cancel: () => answered.clear() };
  }

  /** Starts it where nobody has, and answers why it cannot be asked yet, or no more. */
  wake(): string {
    const { state, lastEnd } = this.condition;
    if (!isExpected(this.condition)) return lastEnd ?? "it is not running";
    if (state === "stopped") this.start();
    return "it is starting";
  }

  async release(): Promise<void> {
    this.isReleased = true;
    tell(this.waiters, { ...this.condition, address: undefined });
    await this.hold.release();
  }
}

/** Whether it may be ready soon: it starts, or nothing has been tried yet. */
function isExpected({ state, lastEnd }: ServerCondition): boolean {
  return state === "starting" || (state === "stopped" && lastEnd === undefined);
}

function tell(receivers: Set<ReadyReceiver>, { address, lastEnd }: ServerCondition): void {
  for (const receiver of [...receivers]) {
    if (!receivers.delete(receiver)) continue;
    if (address === undefined) receiver.notReady(lastEnd ?? "it is not running");
    else receiver.ready(address);
  }
}
