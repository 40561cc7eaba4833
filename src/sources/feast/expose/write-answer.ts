import type { ViewRows } from "../features/read-batcher.js";
import type { KeyValue } from "../keys/key-value.js";
import { decodeValue } from "../protobuf/decode-value.js";
import { textForm } from "../protobuf/text-form.js";
import type { Timestamp } from "../protobuf/timestamp.js";
import { keyText } from "./entity-columns.js";
import type { ExposedPlan } from "./exposed-plan.js";
import { OnlineAnswer } from "./online-answer.js";
import type { OnlineRequest } from "./online-request.js";
import { readPrecomputedVector, vectorBytes, type PrecomputedVector } from "./precomputed-vector.js";
import { plainRefusal } from "./refusal.js";

export interface AnswerParts {
  readonly plan: ExposedPlan;
  readonly request: OnlineRequest;
  /** By echoed column. */
  readonly keys: readonly (readonly KeyValue[])[];
  readonly rows: number;
  readonly absentStatus: string;
  readonly nowMs: number;
}

/** The body of an answer. Throws WireError, and a Refusal where a vector is missing. */
export function writeAnswer(read: readonly ViewRows[], parts: AnswerParts): string {
  const { plan, keys } = parts;
  const answer = new OnlineAnswer();
  for (const [index, { name }] of plan.columnPlan.echoed.entries()) {
    answer.begin(name);
    for (const key of keys[index]!) answer.add(keyText(key), "PRESENT", undefined);
  }
  if (plan.precomputedService === undefined) addFeatures(answer, read, parts);
  else addVectors(answer, read, plan.precomputedService, parts);
  return answer.finish(parts.request.wantsVersions ? versionsOf(plan) : "");
}

function addFeatures(
  answer: OnlineAnswer,
  read: readonly ViewRows[],
  { plan, rows, absentStatus }: AnswerParts,
): void {
  for (const { name, projection, feature } of plan.columns) {
    const view = read[projection]!;
    answer.begin(name);
    for (let row = 0; row < rows; row++) {
      const value = view.decode(row, feature, textForm);
      answer.add(value ?? "null", value === undefined ? absentStatus : "PRESENT", view.time(row));
    }
  }
}

/** Only with full names, as the vectors have them, and only where every entity has one. */
function addVectors(
  answer: OnlineAnswer,
  read: readonly ViewRows[],
  service: string,
  { plan, request, rows, nowMs }: AnswerParts,
): void {
  const names = plan.columns.map(({ name }) => name);
  const vectors: PrecomputedVector[] = [];
  for (let row = 0; row < rows; row++) {
    const stored = read[0]!.bytesOf(row, 0);
    const bytes = stored === undefined ? undefined : vectorBytes(stored);
    const vector = bytes === undefined ? undefined : readPrecomputedVector(bytes);
    const isWhole = vector?.values.size === names.length && names.every((name) => vector.values.has(name));
    if (!request.selection.fullNames || vector === undefined || !isWhole) throw vectorsMissing(service);
    vectors.push(vector);
  }
  for (const { name, projection } of plan.columns) {
    const { view, name: viewName } = plan.projections[projection]!;
    answer.begin(name);
    for (const { values, times, computedAt } of vectors) {
      const status = isOld(times.get(viewName), view.ttlSeconds, nowMs) ? "OUTSIDE_MAX_AGE" : "PRESENT";
      answer.add(decodeValue(values.get(name)!, textForm), status, computedAt);
    }
  }
}

export function vectorsMissing(service: string) {
  return plainRefusal(
    500,
    `FeatureService '${service}' has precompute_online=True but pre-computed vectors could not be read. Run \`feast precompute ${service}\` or materialize to populate vectors.`,
  );
}

function isOld(time: Timestamp | undefined, ttlSeconds: number, nowMs: number): boolean {
  return time !== undefined && ttlSeconds > 0 && nowMs / 1_000 - time.seconds > ttlSeconds;
}

/** One entry for each view; version 0 is left out, as JSON writers of Protocol Buffers do. */
function versionsOf({ projections }: ExposedPlan): string {
  const versions = new Map<string, number>();
  for (const { view, name } of projections) {
    const pinned = /@v(\d+)$/.exec(name)?.[1];
    const version = pinned === undefined ? view.currentVersion : Number(pinned);
    if (!versions.has(view.name)) versions.set(view.name, version);
  }
  const entries = [...versions].map(([name, version]) => ({ name, ...(version === 0 ? {} : { version }) }));
  return `,"feature_view_metadata":${JSON.stringify(entries)}`;
}
