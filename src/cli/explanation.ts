import type { Guard, Step, StepPhase } from "../config/model.js";
import type { Effect } from "../contracts/source.js";
import { pathText } from "../plan/caller-reads.js";
import type { EndpointPlan, PlannedCache, PlannedGuard, PlannedStep } from "../plan/plan.js";
import { explainCallers, type ExplainedCallers } from "./explain-callers.js";
import { wavesOf } from "./waves.js";

/** A plan in the words of a person: names instead of indexes. The text, the diagram and the JSON come from it. */
export interface Explanation {
  readonly id: string;
  readonly description: string | undefined;
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly callers: ExplainedCallers;
  readonly timeoutMs: number;
  /** Steps with a fallback are given up this long before the deadline. */
  readonly fallbackMarginMs: number;
  readonly writes: boolean;
  readonly transaction: ExplainedTransaction | undefined;
  /** Of sources, every retry and every item of a list counted; equal calls that run once are not subtracted. */
  readonly maxCalls: number;
  /** `undefined` where replies are not kept. */
  readonly cache: ExplainedCache | undefined;
  readonly steps: readonly ExplainedStep[];
  readonly guards: readonly ExplainedGuard[];
  /** The steps that the response is made of. */
  readonly response: readonly string[];
}

export interface ExplainedTransaction {
  readonly source: string;
  readonly isolation: string | undefined;
  /** How often all of it is tried when it meets another one. */
  readonly attempts: number;
}

export interface ExplainedStep {
  readonly name: string;
  /** Steps of one wave can run at the same time; each starts as soon as what it waits for is done. */
  readonly wave: number;
  readonly source: string | undefined;
  readonly operation: string | undefined;
  /** Several operations share its calls: each with its part of them, in percent. */
  readonly arms: readonly ExplainedArm[];
  readonly shadows: readonly ExplainedArm[];
  readonly effect: Effect;
  readonly isInTransaction: boolean;
  /** `commit` and `response`: only after it. */
  readonly phase: StepPhase;
  /** Uses their values. */
  readonly needs: readonly string[];
  /** Only waits for them: writes keep their place. */
  readonly after: readonly string[];
  /** The guards that must have let the request pass, by code. */
  readonly guards: readonly string[];
  readonly hasCondition: boolean;
  readonly maxItems: number | undefined;
  /** How many calls become one at most; `undefined` where each is made by itself. */
  readonly batchSize: number | undefined;
  readonly onError: string;
  readonly attempts: number;
  readonly attemptTimeoutMs: number | undefined;
  readonly timeoutMs: number | undefined;
  readonly maxCalls: number;
}

export interface ExplainedArm {
  readonly name: string;
  readonly percent: number;
}

export interface ExplainedCache {
  readonly ttlMs: number;
  readonly staleWhileRevalidateMs: number;
  readonly staleIfErrorMs: number;
  readonly tags: readonly string[];
  /** What of the caller's request tells replies apart. */
  readonly differsBy: readonly string[];
  /** A key written by hand says how. */
  readonly hasOwnKey: boolean;
  readonly vary: string | undefined;
  readonly isPublic: boolean;
}

export interface ExplainedGuard {
  readonly status: number;
  readonly code: string;
  /** Decided as soon as these are done. */
  readonly needs: readonly string[];
}

export function explainPlan(plan: EndpointPlan, prefix: string): Explanation {
  const { endpoint } = plan;
  const waves = wavesOf(plan);
  const steps = plan.steps.map((step) => explainStep(step, waves[step.index] ?? 1, plan));
  return {
    id: endpoint.id,
    description: endpoint.description,
    method: endpoint.route?.method,
    path: endpoint.route === undefined ? undefined : prefix + endpoint.route.path,
    callers: explainCallers(plan),
    timeoutMs: endpoint.timeoutMs,
    fallbackMarginMs: plan.fallbackMarginMs,
    writes: plan.writes,
    transaction: plan.transaction && {
      source: plan.transaction.source.id,
      isolation: plan.transaction.isolation,
      attempts: plan.transaction.attempts,
    },
    maxCalls: steps.reduce((sum, step) => sum + step.maxCalls, 0),
    cache: plan.cache && explainCache(plan.cache),
    steps,
    guards: plan.guards.map((guard) => explainGuard(guard, plan)),
    response: responseSteps(plan),
  };
}

function explainCache(cache: PlannedCache): ExplainedCache {
  const { ttlMs, staleWhileRevalidateMs, staleIfErrorMs, tags, reads, key, vary, isPublic } = cache;
  const differsBy = [...new Set(reads.map(({ path }) => pathText(path)))];
  const times = { ttlMs, staleWhileRevalidateMs, staleIfErrorMs };
  return { ...times, tags, differsBy, hasOwnKey: key !== undefined, vary, isPublic };
}

function explainStep(planned: PlannedStep, wave: number, plan: EndpointPlan): ExplainedStep {
  const { step } = planned;
  const attempts = attemptsOf(planned, plan);
  const maxItems = planned.forEach?.maxItems;
  const isBatched = step.kind === "call" && step.effect === "read" && planned.transaction === undefined;
  const batchSize = isBatched ? step.call.batch?.maxSize : undefined;
  return {
    name: planned.name,
    wave,
    source: step.kind === "call" ? step.source.id : undefined,
    operation: explainOperation(step),
    ...explainTraffic(planned),
    effect: step.effect,
    isInTransaction: planned.transaction !== undefined,
    phase: step.phase,
    needs: names(planned.needs, plan),
    after: names(planned.after, plan),
    guards: planned.waitsForGuards.map((index) => nameOf(plan.guards[index]!.guard)),
    hasCondition: planned.condition !== undefined,
    maxItems,
    batchSize,
    onError: explainOnError(step),
    attempts,
    attemptTimeoutMs: step.kind === "call" ? step.policy.attemptTimeoutMs : undefined,
    timeoutMs: step.kind === "call" ? step.timeoutMs : undefined,
    maxCalls: attempts * membersOf(step) * Math.ceil((maxItems ?? 1) / (batchSize ?? 1)),
  };
}

function explainOperation(step: Step): string | undefined {
  if (step.kind === "value") return undefined;
  if (step.ensemble === undefined) return step.operationName;
  const { members, combine } = step.ensemble;
  return `${combine} of ${members.map(({ name }) => name).join(", ")}`;
}

function membersOf(step: Step): number {
  return step.kind === "call" ? (step.ensemble?.members.length ?? 1) : 0;
}

function explainTraffic({ traffic }: PlannedStep): Pick<ExplainedStep, "arms" | "shadows"> {
  const sum = (traffic?.arms ?? []).reduce((total, { weight }) => total + weight, 0);
  return {
    arms: (traffic?.arms ?? []).map(({ name, weight }) => ({ name, percent: (weight / sum) * 100 })),
    shadows: (traffic?.shadows ?? []).map(({ name, percent }) => ({ name, percent })),
  };
}

/** A transaction is repeated as a whole, with all that runs before its commit. */
function attemptsOf({ step, transaction, phase }: PlannedStep, plan: EndpointPlan): number {
  const own = step.kind === "call" && transaction === undefined ? (step.policy.retry?.attempts ?? 1) : 1;
  return phase === "main" ? own * (plan.transaction?.attempts ?? 1) : own;
}

function explainOnError({ onError }: Step): string {
  if (onError.kind === "fail") return "the request fails";
  return onError.kind === "value" ? "a fallback value" : `step ${onError.step}`;
}

function explainGuard({ guard, needs }: PlannedGuard, plan: EndpointPlan): ExplainedGuard {
  return { status: guard.status, code: guard.code, needs: names(needs, plan) };
}

function responseSteps({ endpoint, steps }: EndpointPlan): readonly string[] {
  const { body, status, headers } = endpoint.response;
  const formulas = [...(status === undefined ? [] : [status]), ...headers.values()];
  if (body.kind === "formula") formulas.push(body.formula);
  const roots = new Set(
    formulas.flatMap((formula) => formula.references.map(({ reference }) => reference.root)),
  );
  const isUsed = ({ name }: PlannedStep) =>
    body.kind === "all-steps" || (body.kind === "step" && body.step === name) || roots.has(name);
  return steps.filter(isUsed).map((step) => step.name);
}

const names = (indexes: readonly number[], { steps }: EndpointPlan) =>
  indexes.map((index) => steps[index]!.name);

const nameOf = (guard: Guard) => guard.code;
