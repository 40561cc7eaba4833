import { resolve } from "node:path";
import type { Opening } from "../../../contracts/source.js";
import type { Model } from "../model.js";
import type { MlSettings } from "../settings.js";
import { FileSink } from "./file-sink.js";
import type { InferenceLogRules } from "./inference-log-keys.js";
import { Recorder } from "./recorder.js";
import { RecordQueue, type RecordSink } from "./record-queue.js";
import { TableSink } from "./table-sink.js";

/** The recorders of the models of one source. Models that write to the same place share it. */
export class Recorders {
  private readonly opening: Opening<MlSettings>;
  private readonly queues = new Map<string, RecordQueue>();

  constructor(opening: Opening<MlSettings>) {
    this.opening = opening;
  }

  of(model: Model): Recorder | undefined {
    const rules = model.inferenceLog;
    if (rules === undefined) return undefined;
    const { name, host } = this.opening;
    return new Recorder(name, model, rules, this.queueOf(rules), host.clock);
  }

  async close(): Promise<void> {
    await Promise.all([...this.queues.values()].map((queue) => queue.close()));
  }

  private queueOf({ to }: InferenceLogRules): RecordQueue {
    const place = to.kind === "file" ? `file ${to.path}` : `table ${to.sourceId.value} ${to.table}`;
    const known = this.queues.get(place);
    if (known !== undefined) return known;
    const { name, host, log, meter } = this.opening;
    const made = new RecordQueue(this.sinkOf(to), name, host.clock, log, meter?.records(name));
    this.queues.set(place, made);
    return made;
  }

  private sinkOf(to: InferenceLogRules["to"]): RecordSink {
    const { host, projectFolder, otherSource } = this.opening;
    if (to.kind === "file") return new FileSink(resolve(projectFolder, to.path));
    return new TableSink(otherSource!("database", to.sourceId.value), to.table, host.clock);
  }
}
