import type { Worker } from "node:cluster";
import type {
  ServerAddress,
  ServerHold,
  ServerKeeper,
  ServerUser,
  WantedServer,
} from "../../contracts/server-keeper.js";
import type { SourceLog } from "../../contracts/source.js";
import type { ServerDemand, ServerNews } from "./server-messages.js";
import type { WorkerProcess } from "./worker-process.js";

/**
 * Keeps the servers that workers ask for, each once for all of them. What a worker held that served and has ended is held
 * on until another one serves in its place, so that no server has to start again because of it.
 */
export class ServersForWorkers {
  private readonly keeper: ServerKeeper;
  private readonly log: SourceLog;
  /** Of the workers that serve, or were the last to do so, by their numbers. */
  private readonly serving = new Map<number, WorkersHolds>();

  constructor(keeper: ServerKeeper, log: SourceLog) {
    this.keeper = keeper;
    this.log = log;
  }

  serve(worker: Worker, number: number, { served, ended }: WorkerProcess): void {
    const holds = new WorkersHolds(this.keeper, this.log, worker);
    worker.on("message", (demand: ServerDemand) => holds.answer(demand));
    const replace = () => {
      this.serving.get(number)?.releaseAll();
      this.serving.set(number, holds);
    };
    served.then(replace, () => undefined);
    void ended.then(() => {
      holds.orphan();
      if (this.serving.get(number) !== holds) holds.releaseAll();
    });
  }
}

interface Check {
  readonly number: number;
  succeed(): void;
  fail(error: Error): void;
}

/** What one worker holds. */
class WorkersHolds {
  private readonly keeper: ServerKeeper;
  private readonly log: SourceLog;
  private readonly worker: Worker;
  private readonly holds = new Map<number, Promise<ServerHold>>();
  /** The newest one of each hold that has no answer yet. */
  private readonly checks = new Map<number, Check>();
  private checkCount = 0;
  private isOrphaned = false;

  constructor(keeper: ServerKeeper, log: SourceLog, worker: Worker) {
    this.keeper = keeper;
    this.log = log;
    this.worker = worker;
  }

  answer(demand: ServerDemand): void {
    const { hold } = demand;
    switch (demand.kind) {
      case "keep":
        this.holds.set(hold, this.keep(hold, demand.wanted));
        break;
      case "start":
        void this.holds.get(hold)?.then((held) => held.start());
        break;
      case "release":
        this.release(hold);
        break;
      case "checked":
        if (this.checks.get(hold)?.number === demand.check) this.settle(hold, demand.fault);
    }
  }

  /** The worker is gone: it can be asked nothing any more. */
  orphan(): void {
    this.isOrphaned = true;
    for (const hold of [...this.checks.keys()]) this.settle(hold, "The worker has ended.");
  }

  releaseAll(): void {
    for (const hold of [...this.holds.keys()]) this.release(hold);
  }

  private release(hold: number): void {
    void this.holds.get(hold)?.then((held) => held.release());
    this.holds.delete(hold);
  }

  private async keep(hold: number, wanted: WantedServer): Promise<ServerHold> {
    const held = await this.keeper.keep(wanted, this.userOf(hold));
    this.tell({ kind: "condition", hold, condition: held.condition });
    return held;
  }

  private userOf(hold: number): ServerUser {
    const isOrphaned = () => this.isOrphaned;
    const check = (address: ServerAddress) => this.check(hold, address);
    return {
      log: this.log,
      get check() {
        return isOrphaned() ? undefined : check;
      },
      changed: (condition) => this.tell({ kind: "condition", hold, condition }),
    };
  }

  private check(hold: number, address: ServerAddress): Promise<void> {
    this.settle(hold, "The worker did not say in time.");
    const number = ++this.checkCount;
    return new Promise((resolve, reject) => {
      this.checks.set(hold, { number, succeed: resolve, fail: reject });
      this.tell({ kind: "check", hold, check: number, address });
    });
  }

  private settle(hold: number, fault: string | undefined): void {
    const check = this.checks.get(hold);
    this.checks.delete(hold);
    if (fault === undefined) check?.succeed();
    else check?.fail(new Error(fault));
  }

  /** One that is just ending needs no news. */
  private tell(news: ServerNews): void {
    if (!this.isOrphaned) this.worker.send(news, () => undefined);
  }
}
