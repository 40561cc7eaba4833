import type {
  ServerCondition,
  ServerHold,
  ServerKeeper,
  ServerUser,
  WantedServer,
} from "../../contracts/server-keeper.js";
import type { ServerDemand, ServerNews } from "./server-messages.js";

interface Held {
  readonly user: ServerUser;
  condition: ServerCondition | undefined;
  readonly known: () => void;
}

/** Has the parent of this worker keep servers, for all workers together. */
export class KeeperOfParent implements ServerKeeper {
  private readonly held = new Map<number, Held>();
  private count = 0;

  constructor() {
    process.on("message", (news: ServerNews) => {
      if (news.kind === "condition") this.tell(news);
      else if (news.kind === "check") void this.check(news);
    });
  }

  async keep(wanted: WantedServer, user: ServerUser): Promise<ServerHold> {
    const hold = ++this.count;
    const held = await new Promise<Held>((resolve) => {
      const entry: Held = { user, condition: undefined, known: () => resolve(entry) };
      this.held.set(hold, entry);
      demand({ kind: "keep", hold, wanted });
    });
    return {
      get condition() {
        return held.condition!;
      },
      start: () => demand({ kind: "start", hold }),
      // The parent ends it in its own time, also when this worker is gone.
      release: async () => {
        if (this.held.delete(hold)) demand({ kind: "release", hold });
      },
    };
  }

  private tell({ hold, condition }: Extract<ServerNews, { kind: "condition" }>): void {
    const held = this.held.get(hold);
    if (held === undefined) return;
    const isFirst = held.condition === undefined;
    held.condition = condition;
    if (isFirst) held.known();
    else held.user.changed(condition);
  }

  private async check({ hold, check, address }: Extract<ServerNews, { kind: "check" }>): Promise<void> {
    let fault: string | undefined;
    try {
      await this.held.get(hold)?.user.check?.(address);
    } catch (error) {
      fault = String(error);
    }
    demand({ kind: "checked", hold, check, fault });
  }
}

/** Where there is no parent any more, this worker ends as well. */
function demand(message: ServerDemand): void {
  process.send!(message, undefined, undefined, () => undefined);
}
