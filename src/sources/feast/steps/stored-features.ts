import type { JsonValue } from "../../../expression/value.js";
import type { FeaturePlan } from "../features/native-features.js";
import type { Column } from "../features/projection.js";
import type { ViewRows } from "../features/read-batcher.js";
import { jsonForm } from "../protobuf/json-form.js";
import type { FeastSettings } from "../settings.js";
import type { Observation, ObservedFeatures } from "./observation.js";

/** The features of a step, as they stand in the bytes that were read. */
export class StoredFeatures implements ObservedFeatures {
  readonly names: readonly string[];
  readonly rows: number;
  private readonly plan: FeaturePlan;
  private readonly read: readonly ViewRows[];
  private readonly ttl: FeastSettings["ttl"];
  private readonly nowSeconds: number;

  constructor(
    plan: FeaturePlan,
    read: readonly ViewRows[],
    rows: number,
    ttl: FeastSettings["ttl"],
    nowMs: number,
  ) {
    this.names = plan.names;
    this.rows = rows;
    this.plan = plan;
    this.read = read;
    this.ttl = ttl;
    this.nowSeconds = Math.floor(nowMs / 1_000);
  }

  value(feature: number, row: number): JsonValue {
    const column = this.plan.columns[feature]!;
    const value = this.read[column.projection]!.decode(row, column.feature, jsonForm) ?? null;
    return value !== null && this.ttl === "enforce" && this.isOld(column, row) ? null : value;
  }

  at(feature: number, row: number): Observation {
    const column = this.plan.columns[feature]!;
    const view = this.read[column.projection]!;
    const eventTime = view.time(row);
    const value = view.decode(row, column.feature, jsonForm);
    if (value === undefined) return { value: null, status: "not_found", eventTime };
    if (value === null) return { value, status: "null", eventTime };
    if (this.ttl === "ignore" || !this.isOld(column, row)) return { value, status: "present", eventTime };
    return { value: this.ttl === "enforce" ? null : value, status: "outside_max_age", eventTime };
  }

  private isOld({ projection }: Column, row: number): boolean {
    const { ttlSeconds } = this.plan.projections[projection]!.view;
    const time = ttlSeconds > 0 ? this.read[projection]!.time(row) : undefined;
    return time !== undefined && this.nowSeconds - time.seconds > ttlSeconds;
  }
}
