import type { ExplainedCache, ExplainedGuard, ExplainedStep, Explanation } from "./explanation.js";
import { callerLines } from "./explain-callers.js";
import { formatDuration } from "./format-duration.js";
import type { Colours } from "./shell.js";
import { formatTable } from "./table.js";

/** The plan as tables. */
export function explainAsText(explanation: Explanation, place: string, colours: Colours): string {
  const { id, method, path, description } = explanation;
  const route = method === undefined ? "internal, no route" : `${method} ${path ?? ""}`;
  const parts = [
    `${colours.bold(id)}  ${route}`,
    ...(description === undefined ? [] : [description]),
    colours.dim(`${place}  ${limits(explanation)}`),
    ...callerLines(explanation.callers),
    "",
    formatTable(["wave", "step", "does", "waits for", "if it fails"], explanation.steps.map(rowOf)),
    "",
    ...guardLines(explanation.guards),
    ...transactionLines(explanation),
    ...cacheLines(explanation.cache),
    `The response is made of ${listOf(explanation.response, "nothing but the request")}.`,
  ];
  return parts.join("\n");
}

function limits({ timeoutMs, fallbackMarginMs, writes, maxCalls, steps }: Explanation): string {
  const margin = steps.some((step) => step.onError !== "the request fails")
    ? `, fallbacks ${formatDuration(fallbackMarginMs)} before it`
    : "";
  const calls = `at most ${maxCalls} call${maxCalls === 1 ? "" : "s"}`;
  return `deadline ${formatDuration(timeoutMs)}${margin}; ${writes ? "writes" : "reads only"}; ${calls}`;
}

function rowOf(step: ExplainedStep): readonly string[] {
  return [String(step.wave), step.name, does(step), waitsFor(step), step.onError];
}

function does(step: ExplainedStep): string {
  const facts = [
    step.source === undefined ? "computes a value" : `${step.effect}s ${step.source} ${operationsOf(step)}`,
    ...step.shadows.map(({ name, percent }) => `${percentage(percent)} copied to ${name}`),
    ...(step.maxItems === undefined ? [] : [`for each of up to ${step.maxItems} items`]),
    ...(step.batchSize === undefined ? [] : [`up to ${step.batchSize} in one call`]),
    ...(step.attempts > 1 ? [`${step.attempts} attempts`] : []),
    ...(step.attemptTimeoutMs === undefined ? [] : [`${formatDuration(step.attemptTimeoutMs)} an attempt`]),
    ...(step.timeoutMs === undefined ? [] : [`${formatDuration(step.timeoutMs)} in all`]),
    ...(step.hasCondition ? ["only under its condition"] : []),
    ...(step.isInTransaction ? ["in the transaction"] : []),
    ...(step.phase === "main" ? [] : [step.phase === "commit" ? "after the commit" : "after the reply"]),
  ];
  return facts.join(", ");
}

function operationsOf({ arms, operation }: ExplainedStep): string {
  if (arms.length < 2) return operation ?? "";
  return arms.map(({ name, percent }) => `${name} (${percentage(percent)})`).join(" or ");
}

const percentage = (percent: number) => `${Math.round(percent * 100) / 100}%`;

function waitsFor({ needs, after, guards }: ExplainedStep): string {
  const parts = [...needs, ...after.map((name) => `after ${name}`), ...guards.map((code) => `guard ${code}`)];
  return listOf(parts, "–");
}

function guardLines(guards: readonly ExplainedGuard[]): readonly string[] {
  return guards.map(
    ({ status, code, needs }) =>
      `Guard ${status} ${code} is decided ${needs.length === 0 ? "at once" : `after ${needs.join(", ")}`}.`,
  );
}

function transactionLines({ transaction }: Explanation): readonly string[] {
  if (transaction === undefined) return [];
  const { source, isolation, attempts } = transaction;
  const facts = [
    ...(isolation === undefined ? [] : [`isolation ${isolation.replaceAll("_", " ")}`]),
    ...(attempts === 1 ? [] : [`up to ${attempts} attempts`]),
  ];
  const more = facts.length === 0 ? "" : ` (${facts.join(", ")})`;
  return [`One transaction on ${source}${more} is committed before the reply.`];
}

function cacheLines(cache: ExplainedCache | undefined): readonly string[] {
  if (cache === undefined) return [];
  const { ttlMs, staleWhileRevalidateMs, staleIfErrorMs, tags, differsBy, hasOwnKey, isPublic } = cache;
  const stale = [
    ...(staleWhileRevalidateMs > 0
      ? [`${formatDuration(staleWhileRevalidateMs)} more while it is renewed`]
      : []),
    ...(staleIfErrorMs > 0 ? [`${formatDuration(staleIfErrorMs)} more while a source fails`] : []),
  ];
  const times = [`Replies are kept for ${formatDuration(ttlMs)}`, ...stale].join(", ");
  const key = hasOwnKey
    ? "by a key of their own"
    : differsBy.length === 0
      ? "the same for all callers"
      : `one for each ${differsBy.join(", ")}`;
  const who = isPublic ? "any cache may keep them" : "only the caller may keep them";
  const purged = tags.length === 0 ? "" : `; tags ${tags.join(", ")}`;
  return [`${times}, ${key}; ${who}${purged}.`];
}

const listOf = (parts: readonly string[], none: string) => (parts.length === 0 ? none : parts.join(", "));
