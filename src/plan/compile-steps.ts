import type { CallStep, Endpoint, Ensemble, ForEach, Step, Traffic } from "../config/model.js";
import { isInTransaction } from "../config/in-transaction.js";
import { callsOf } from "../config/step-calls.js";
import { compileTemplate, type CompileOptions } from "../expression/compile.js";
import type { Evaluate, Reference } from "../expression/expression.js";
import type { Template } from "../expression/template.js";
import type { JsonObject } from "../expression/value.js";
import type { Formula } from "../schema/formula.js";
import type { GuardNeeds } from "./guard-order.js";
import type {
  PlannedFallback,
  PlannedParameters,
  PlannedResponse,
  PlannedStep,
  PlannedEnsemble,
  PlannedTraffic,
} from "./plan.js";
import { pageOf } from "./pages.js";
import type { StepGraph } from "./step-graph.js";

export type CompileFormula = (formula: Formula) => Evaluate;

export interface Ordered {
  readonly endpoint: Endpoint;
  readonly graph: StepGraph;
  readonly after: readonly ReadonlySet<number>[];
  readonly guards: readonly GuardNeeds[];
  readonly hard: ReadonlySet<number>;
  readonly compile: CompileFormula;
}

/** Compiles the formulas of one endpoint, in which `$request.x` stands for the declared place of `x`. */
export function formulaCompiler(endpoint: Endpoint): CompileFormula {
  const options = compileOptions(endpoint);
  return (formula) => formula.compile(options);
}

function compileOptions({ requestAliases }: Endpoint): CompileOptions {
  return {
    rewrite: ({ root, path }: Reference) => {
      const part = root === "request" ? requestAliases.get(String(path[0]?.name)) : undefined;
      return part === undefined ? undefined : [root, part, ...path.map(({ name }) => name)];
    },
  };
}

export function compileSteps(ordered: Ordered): readonly PlannedStep[] {
  const { endpoint } = ordered;
  return endpoint.steps.map((step, index) => compileStep(step, index, ordered));
}

function compileStep(step: Step, index: number, ordered: Ordered): PlannedStep {
  const { endpoint, graph, after, guards, hard, compile } = ordered;
  const planned: PlannedStep = {
    index,
    step,
    name: step.name,
    needs: [...graph.needs[index]!],
    after: [...after[index]!],
    waitsForGuards: guards.flatMap(({ stops }, guard) => (stops.has(index) ? [guard] : [])),
    conditionNeeds: step.forEach === undefined ? [...graph.referredTo([step.condition])] : [],
    condition: step.condition === undefined ? undefined : compile(step.condition),
    parameters: step.kind === "call" ? compileParameters(step, endpoint) : undefined,
    value: step.kind === "value" ? compile(step.value) : undefined,
    transform: compileTransform(step, ordered),
    forEach:
      step.forEach === undefined
        ? undefined
        : {
            maxItems: step.forEach.maxItems,
            atOnce: itemsAtOnce(step, step.forEach),
            list: compile(step.forEach.list),
            isCallersOwn: isCallersOwn(step.forEach.list, []),
          },
    fallback: compileFallback(step, index, ordered),
    fallbackFor: graph.fallbacks.flatMap((fallback, primary) => (fallback === index ? [primary] : [])),
    isHard: hard.has(index),
    keepsMeta: readsMetaOf(step.name, endpoint) || forwardedHeaders(step).length > 0,
    joins: joins(step, endpoint),
    phase: step.phase,
    transaction: isInTransaction(step, endpoint.transaction)
      ? { hasSavepoint: !hard.has(index) || step.onError.kind !== "fail" || mayBeCutShort(index, ordered) }
      : undefined,
    traffic: undefined,
    ensemble: undefined,
  };
  if (step.kind === "value") return planned;
  const { traffic, ensemble } = step;
  if (ensemble !== undefined)
    return { ...planned, ensemble: compileEnsemble(ensemble, step, planned, endpoint) };
  return traffic === undefined ? planned : { ...planned, traffic: compileTraffic(traffic, planned, ordered) };
}

function compileEnsemble(
  { combine, members }: Ensemble,
  step: CallStep,
  planned: PlannedStep,
  endpoint: Endpoint,
): PlannedEnsemble {
  const { type } = step.source;
  return {
    combine: (values) => type.combine!(combine, values),
    members: members.map(({ name, weight, isRequired, ...call }) => {
      const own: CallStep = { ...step, ...call, ensemble: undefined };
      return { name, weight, isRequired, planned: { ...planned, step: own, joins: joins(own, endpoint) } };
    }),
  };
}

function compileTraffic(
  { stickyBy, named, arms, shadows }: Traffic,
  planned: PlannedStep,
  { endpoint, compile }: Ordered,
): PlannedTraffic {
  return {
    stickyBy: stickyBy === undefined ? undefined : compile(stickyBy),
    named,
    arms: arms.map(({ name, weight, ...call }) => {
      const step: CallStep = { ...(planned.step as CallStep), ...call, traffic: undefined };
      return { name, weight, planned: { ...planned, step, joins: joins(step, endpoint) } };
    }),
    shadows,
  };
}

/** Whether its failure, or a guard, may end the request while a guard is undecided that still needs the transaction. */
function mayBeCutShort(index: number, { graph, after, guards }: Ordered): boolean {
  const before = new Set([index]);
  for (const each of before) for (const other of [...graph.needs[each]!, ...after[each]!]) before.add(other);
  return guards.some(
    ({ leadsTo, stops }) => !leadsTo.has(index) && ![...before].some((each) => stops.has(each)),
  );
}

function compileTransform({ name, transform }: Step, { endpoint, compile }: Ordered): Evaluate | undefined {
  const written = transform === undefined ? undefined : compile(transform);
  return endpoint.paging?.step === name ? pageOf(endpoint, written) : written;
}

/** Writes run one by one; items whose calls become one are as many as fill the calls that may run. */
function itemsAtOnce(step: Step, { maxConcurrency }: ForEach): number {
  if (step.effect === "write") return 1;
  if (step.kind === "value" || step.traffic !== undefined) return maxConcurrency;
  return maxConcurrency * (step.call.batch?.maxSize ?? 1);
}

function compileFallback(
  step: Step,
  index: number,
  { graph, compile }: Ordered,
): PlannedFallback | undefined {
  if (step.onError.kind === "fail") return undefined;
  if (step.onError.kind === "value") return { kind: "value", evaluate: compile(step.onError.value) };
  return { kind: "step", index: graph.fallbacks[index]! };
}

function compileParameters(step: CallStep, endpoint: Endpoint): PlannedParameters {
  const template: Template = {
    kind: "object",
    entries: [...step.parameters].map(([name, formula]) => [name, formula.template]),
  };
  const own = step.forEach === undefined || isCallersOwn(step.forEach.list, []) ? ["item"] : [];
  return {
    evaluate: compileTemplate(template, compileOptions(endpoint)),
    required: step.call.parameters.filter(({ isRequired }) => isRequired).map(({ name }) => name),
    callersOwn: new Set(
      [...step.parameters].flatMap(([name, formula]) => callersOwn(name, formula.template, own)),
    ),
  };
}

/** The parameter, and the entries of one that is written as a mapping, as far as they are the caller's own. */
function callersOwn(name: string, template: Template, own: readonly string[]): readonly string[] {
  if (template.kind === "object") {
    return template.entries.flatMap(([key, entry]) => callersOwn(`${name}.${key}`, entry, own));
  }
  return isOwnTemplate(template, own) ? [name] : [];
}

/** True for a formula that is nothing but one value of the request, as the caller sent it. */
function isCallersOwn({ template }: Formula, moreRoots: readonly string[]): boolean {
  return isOwnTemplate(template, moreRoots);
}

function isOwnTemplate(template: Template, moreRoots: readonly string[]): boolean {
  if (template.kind !== "expression") return false;
  const [only, second] = template.expression.references;
  if (only === undefined || second !== undefined) return false;
  const { root, start, end, path } = only;
  const whole = path.length === 0 ? end - start : path.at(-1)!.end - start;
  const isWhole = template.expression.source.trim().replace(/\]$/, "").length <= whole;
  return isWhole && (root === "request" || moreRoots.includes(root));
}

function readsMetaOf(name: string, endpoint: Endpoint): boolean {
  const isReadByCall = endpoint.steps.some((step) =>
    callsOf(step).some(({ call }) => call.readsMeta?.includes(name) === true),
  );
  if (isReadByCall) return true;
  return allFormulas(endpoint).some(({ references }) =>
    references.some(({ reference: { root, path } }) => {
      return root === "meta" && (path[0] === undefined || path[0].name === name);
    }),
  );
}

/** Every formula that a run of an endpoint evaluates. */
export function allFormulas(endpoint: Endpoint): readonly Formula[] {
  const { response, guards, steps } = endpoint;
  const ofSteps = steps.flatMap((step) => [
    ...(step.kind === "call" ? step.parameters.values() : [step.value]),
    step.condition,
    step.forEach?.list,
    step.transform,
    step.kind === "call" ? step.traffic?.stickyBy : undefined,
    step.onError.kind === "value" ? step.onError.value : undefined,
  ]);
  const ofGuards = guards.flatMap(({ when, detail }) => [
    when.kind === "formula" ? when.formula : undefined,
    detail,
  ]);
  const body = response.body.kind === "formula" ? response.body.formula : undefined;
  return [...ofSteps, ...ofGuards, body, response.status, ...response.headers.values()].filter(
    (formula) => formula !== undefined,
  );
}

/** Whether equal calls can happen in one request: several steps, or one for many items, with the same read. */
function joins(step: Step, { steps, transaction }: Endpoint): boolean {
  if (step.kind !== "call" || step.effect === "write" || isInTransaction(step, transaction)) return false;
  const same = steps.flatMap(callsOf).filter(({ call }) => call === step.call);
  return same.length > 1 || step.forEach !== undefined;
}

export function compileResponse({ response, steps }: Endpoint, compile: CompileFormula): PlannedResponse {
  return {
    body: compileBody(response.body, steps, compile),
    status: response.status === undefined ? undefined : compile(response.status),
    headers: [
      ...steps.flatMap((step) => forwardedHeaders(step).filter(([name]) => !isWritten(name, response))),
      ...[...response.headers].map(([name, formula]) => [name, compile(formula)] as const),
    ],
  };
}

/** The headers of a step's answer that the caller gets too. Those that the endpoint writes itself win. */
function forwardedHeaders(step: Step): readonly (readonly [string, Evaluate])[] {
  if (step.kind !== "call" || step.forEach !== undefined) return [];
  const names = callsOf(step).flatMap(({ call }) => call.forwards?.responseHeaders ?? []);
  return [...new Set(names)].map((name) => [name, headerReader(step.name, name)]);
}

function headerReader(step: string, name: string): Evaluate {
  return ({ meta }) => {
    const ofStep = ((meta as JsonObject)[step] ?? null) as JsonObject | null;
    return ((ofStep?.["headers"] ?? null) as JsonObject | null)?.[name] ?? null;
  };
}

function isWritten(name: string, { headers }: Endpoint["response"]): boolean {
  return [...headers.keys()].some((written) => written.toLowerCase() === name);
}

function compileBody(
  body: Endpoint["response"]["body"],
  steps: readonly Step[],
  compile: CompileFormula,
): Evaluate {
  if (body.kind === "formula") return compile(body.formula);
  if (body.kind === "step") return (scope) => scope[body.step] ?? null;
  const names = steps.flatMap(({ name, phase }) => (phase === "main" ? [name] : []));
  return (scope): JsonObject => Object.fromEntries(names.map((name) => [name, scope[name] ?? null]));
}
