import type { Clock } from "../../../contracts/host.js";
import type { CallContext } from "../../../contracts/source.js";
import { isJsonObject, type JsonObject, type JsonValue } from "../../../expression/value.js";
import type { Model } from "../model.js";
import type { MlCall } from "../steps/ml-call.js";
import { redacted } from "./inference-record.js";
import type { RecordQueue } from "./record-queue.js";

/** Told once how a recorded call ended: with its value, or with the code of what went wrong. */
export type TellEnd = (output: JsonValue, error: string | null) => void;

/** Records the calls of one model. */
export class Recorder {
  private readonly source: string;
  private readonly model: Model;
  private readonly sample: number;
  private readonly hidden: ReadonlySet<string>;
  private readonly queue: RecordQueue;
  private readonly clock: Clock;

  constructor(
    source: string,
    model: Model,
    rules: { readonly sample: number; readonly redact: readonly string[] },
    queue: RecordQueue,
    clock: Clock,
  ) {
    this.source = source;
    this.model = model;
    this.sample = rules.sample;
    this.hidden = new Set(rules.redact);
    this.queue = queue;
    this.clock = clock;
  }

  /** A call begins; `undefined` where it is not recorded. */
  begin(
    { asks, featureTimes }: MlCall,
    parameters: JsonObject,
    { origin, surroundings, meta = {} }: CallContext,
  ): TellEnd | undefined {
    if (this.sample < 1 && Math.random() >= this.sample) return undefined;
    const time = new Date(this.clock.nowMs()).toISOString();
    const beganMs = this.clock.monotonicMs();
    return (output, error) => {
      const version = isJsonObject(output) ? (output["version"] ?? null) : null;
      this.queue.add({
        time,
        execution_id: surroundings.system["execution_id"] ?? null,
        endpoint: origin?.endpoint ?? null,
        step: origin?.step ?? null,
        source: this.source,
        model: this.model.name,
        version,
        arm: origin?.arm ?? null,
        shadow: origin?.isShadow ?? false,
        inputs: redacted(parameters[asks]!, this.hidden),
        feature_times: redacted(featureTimes?.read(meta) ?? null, this.hidden),
        output: redacted(output, this.hidden),
        duration_ms: Math.round((this.clock.monotonicMs() - beganMs) * 1_000) / 1_000,
        error,
      });
    };
  }
}
