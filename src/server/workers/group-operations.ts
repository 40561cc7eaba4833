import type { ShadowCondition } from "../../engine/shared-state.js";
import type { JsonObject, JsonValue } from "../../expression/value.js";
import type { Logger } from "../../observe/logger.js";
import { metrics } from "../../observe/metrics/definitions.js";
import { Registry } from "../../observe/metrics/registry.js";
import { mergeSnapshots, type Snapshot } from "../../observe/metrics/snapshot.js";
import { describeReload } from "../admin/describe-reload.js";
import type { ReloadResult } from "../generations/reloader.js";
import { logProblems } from "../service-log.js";
import type { Readiness, ServiceOperations } from "../service-operations.js";
import type { Preparation } from "./messages.js";
import type { WorkerGroup } from "./worker-group.js";

export interface GroupOptions {
  readonly group: WorkerGroup;
  readonly logger: Logger;
  readonly isStopping: () => boolean;
  /** Told when the workers serve another configuration. */
  readonly onReloaded: () => void;
}

/** What can be asked of a service whose requests several processes answer. */
export class GroupOperations implements ServiceOperations {
  private readonly options: GroupOptions;
  private readonly registry = new Registry();
  private latest: ReloadResult | undefined;
  private running: Promise<ReloadResult> | undefined;
  private next: Promise<ReloadResult> | undefined;

  constructor(options: GroupOptions) {
    this.options = options;
    const restarts = this.registry.counter(metrics.workerRestarts);
    this.registry.onCollect(() => (restarts.value = options.group.restarts));
  }

  /** Ready when all that serve are. */
  async readiness(): Promise<Readiness> {
    if (this.options.isStopping()) return { isReady: false, unreachable: [] };
    const answers = await this.options.group.ask("readiness");
    return {
      isReady: answers.length > 0 && answers.every(({ answer }) => answer.isReady),
      unreachable: [...new Set(answers.flatMap(({ answer }) => answer.unreachable))],
    };
  }

  async describe(): Promise<JsonObject> {
    const answers = await this.options.group.ask("describe");
    const newest = answers.reduce<JsonObject>(
      (best, { answer }) => (numberOf(answer) > numberOf(best) ? answer : best),
      {},
    );
    return {
      ...newest,
      last_reload: this.latest === undefined ? null : describeReload(this.latest),
      workers: answers.map(({ worker: { number, process }, answer }) => ({
        number,
        pid: process.pid ?? null,
        since: process.since.toISOString(),
        generation: answer["generation"] ?? null,
      })),
    };
  }

  async sources(): Promise<JsonObject> {
    const [first] = await this.options.group.ask("sources");
    return first?.answer ?? { sources: [] };
  }

  async shadows(): Promise<readonly ShadowCondition[]> {
    const answers = await this.options.group.ask("shadows");
    const together = new Map<string, ShadowCondition>();
    for (const condition of answers.flatMap(({ answer }) => answer)) {
      const key = `${condition.step} ${condition.operation}`;
      const before = together.get(key);
      together.set(key, before === undefined ? condition : added(before, condition));
    }
    return [...together.values()];
  }

  async purge(tags: readonly string[] | undefined): Promise<number> {
    const answers = await this.options.group.ask("purge", tags);
    return answers.reduce((sum, { answer }) => sum + answer, 0);
  }

  async metrics(): Promise<Snapshot> {
    const answers = await this.options.group.ask("metrics");
    return mergeSnapshots([this.registry.snapshot(), ...answers.map(({ answer }) => answer)]);
  }

  /** All workers check, then all serve it; where one refuses, none does. Calls while one runs share the next one. */
  reload(): Promise<ReloadResult> {
    if (this.running === undefined) return this.start();
    this.next ??= this.running.then(() => this.start());
    return this.next;
  }

  /** Reloads where workers serve different files: one that began while the others reloaded may have read older ones. */
  agree(): void {
    const fingerprints = this.options.group.workers.map(({ process }) => process.fingerprint);
    if (new Set(fingerprints).size > 1) void this.reload();
  }

  private start(): Promise<ReloadResult> {
    this.next = undefined;
    this.running = this.run().finally(() => (this.running = undefined));
    return this.running;
  }

  private async run(): Promise<ReloadResult> {
    const { group, logger, onReloaded } = this.options;
    const prepared = await group.ask("prepare");
    const refusal = prepared.find(({ answer }) => answer.status === "refused");
    if (refusal !== undefined || prepared.length === 0) {
      await group.ask("abort");
      logProblems(refusal?.answer.problems ?? [], logger);
      logger.error(
        { worker: refusal?.worker.number },
        "The changed configuration has errors; no worker serves it, the one before serves on.",
      );
      return (this.latest = await this.refused(refusal?.answer));
    }
    const committed = await group.ask("commit");
    for (const { worker, answer } of committed) worker.process.fingerprint = answer.fingerprint;
    const results = committed.map(({ answer }) => answer.result);
    const result = results.find(({ status }) => status === "reloaded") ?? results[0];
    this.latest = result ?? (await this.refused(undefined));
    if (this.latest.status === "reloaded") {
      onReloaded();
      this.agree();
    }
    return this.latest;
  }

  private async refused(preparation: Preparation | undefined): Promise<ReloadResult> {
    const { generation, needs_restart: keys } = await this.describe();
    return {
      status: "refused",
      generation: numberOf({ generation: generation ?? null }),
      at: new Date(),
      problems: preparation?.problems ?? [],
      needsRestart: (keys ?? []) as readonly string[],
      sources: { kept: [], opened: [], closed: [] },
    };
  }
}

function numberOf(description: JsonObject): number {
  const generation = description["generation"] as { readonly number?: JsonValue } | null | undefined;
  return Number(generation?.number ?? 0);
}

function added(one: ShadowCondition, other: ShadowCondition): ShadowCondition {
  const entries = Object.entries(one.counts).map(([name, count]) => {
    return [name, count + other.counts[name as keyof ShadowCondition["counts"]]] as const;
  });
  return { ...one, counts: Object.fromEntries(entries) as unknown as ShadowCondition["counts"] };
}
