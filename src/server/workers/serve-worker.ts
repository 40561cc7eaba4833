import { asOrchestratorError } from "../../problems/orchestrator-error.js";
import { openApp, type OpenedApp } from "../app.js";
import type { PreparedReload } from "../generations/reloader.js";
import { restartKeys } from "../generations/restart-keys.js";
import type { RunOptions } from "../run-server.js";
import type { RunningServer } from "../obey-signals.js";
import { countInParent } from "./parent-counts.js";
import { KeeperOfParent } from "./keeper-of-parent.js";
import type { ServerNews } from "./server-messages.js";
import { portVariable, type Answers, type Asked, type Question, type Told } from "./messages.js";

const signals = ["SIGTERM", "SIGINT", "SIGHUP"] as const;

/** Serves as one of several processes: what signals and the admin listener ask comes from the parent. */
export async function serveWorker(options: RunOptions, worker: number): Promise<RunningServer> {
  // They reach the parent too, which tells each worker what to do.
  for (const signal of signals) process.on(signal, () => undefined);
  try {
    const opened = await openApp(options, {
      isMetered: options.admin !== false,
      worker,
      counter: countInParent(),
      keeper: new KeeperOfParent(),
    });
    const { app, reloader, generations } = opened;
    const port = Number(process.env[portVariable]);
    const url = await app.listen({ host: options.host, port });
    const { host, port: ownPort, workers, admin } = options;
    const deciding = {
      host: host === undefined,
      port: ownPort === undefined,
      workers: workers === undefined,
      admin: admin !== false,
    };
    reloader.compareWith(restartKeys(app.config, deciding));
    let onStopped: () => void = () => undefined;
    const stopped = new Promise<void>((resolve) => (onStopped = resolve));
    const answering = new Answering(opened);
    process.on("message", (message: Asked | ServerNews) => {
      if ("ask" in message) void answering.answer(message).finally(() => answering.isOver && onStopped());
    });
    tell({ kind: "serving", url, fingerprint: generations.current.loaded.record.fingerprint });
    return { url, adminUrl: undefined, app, stopped, stop: async () => void (await app.close()) };
  } catch (error) {
    const { problems, problem, cause } = asOrchestratorError(error);
    if (problem.code === "INTERNAL")
      process.stderr.write(`${String((cause as Error | undefined)?.stack ?? cause)}\n`);
    tell({ kind: "failed", problems: problems.map(plain) }, () => process.exit(1));
    return new Promise(() => undefined);
  }
}

/** Answers what the parent asks, in the order in which it asks. */
class Answering {
  isOver = false;
  private readonly opened: OpenedApp;
  private prepared: PreparedReload | undefined;

  constructor(opened: OpenedApp) {
    this.opened = opened;
  }

  async answer({ ask, question, tags }: Asked): Promise<void> {
    try {
      const value = await this.valueOf(question, tags);
      const isLast = question === "stop";
      tell({ kind: "answer", ask, value }, isLast ? () => process.exit(value === true ? 0 : 1) : undefined);
    } catch (error) {
      tell({ kind: "failure", ask, message: String(error) });
    }
  }

  private async valueOf(question: Question, tags: readonly string[] | undefined): Promise<Answers[Question]> {
    const { operations, reloader, app } = this.opened;
    switch (question) {
      case "prepare":
        this.prepared = await reloader.prepare();
        return { status: this.prepared.status, problems: this.prepared.problems.map(plain) };
      case "commit":
        return this.commit();
      case "abort":
        await this.prepared?.abort();
        this.prepared = undefined;
        return null;
      case "stop":
        this.isOver = true;
        return app.close();
      case "purge":
        return operations.purge(tags);
      default:
        return operations[question]();
    }
  }

  private commit(): Answers["commit"] {
    const result = this.prepared!.commit();
    this.prepared = undefined;
    const { fingerprint } = this.opened.generations.current.loaded.record;
    return { result: { ...result, problems: result.problems.map(plain) }, fingerprint };
  }
}

/** Without what cannot go from one process to another. */
function plain<Of>(value: Of): Of {
  return JSON.parse(JSON.stringify(value)) as Of;
}

function tell(told: Told, sent?: () => void): void {
  process.send!(told, undefined, undefined, () => sent?.());
}
