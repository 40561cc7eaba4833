import type { Endpoint, Step } from "../config/model.js";
import type { Report } from "../problems/report.js";
import { compileResponse, compileSteps, formulaCompiler, type CompileFormula } from "./compile-steps.js";
import {
  hardSteps,
  refuseUnacceptedFallbacks,
  refuseUnusedSteps,
  refuseWritingFallbacks,
} from "./failures.js";
import { orderGuards, type GuardNeeds } from "./guard-order.js";
import { refuseUsesOfLaterSteps } from "./phases.js";
import { orderAroundWrites, refuseCycles, refuseReadsOfLaterWrites } from "./order.js";
import type { EndpointPlan, PlannedGuard } from "./plan.js";
import { planCache } from "./plan-cache.js";
import { pagedReader } from "./pages.js";
import { requestReader } from "./request-reader.js";
import { stepGraph, type StepGraph } from "./step-graph.js";

/** Plans one endpoint. Reports every reason why it cannot run, and answers `undefined` then. Pure. */
export function planEndpoint(endpoint: Endpoint, report: Report): EndpointPlan | undefined {
  const before = report.errorCount;
  const graph = stepGraph(endpoint);
  const roots = rootsOf(endpoint, graph);
  const after = orderAroundWrites(graph);
  const guards = orderGuards(graph, after, endpoint.guards);
  refuseUnusedSteps(graph, new Set([...roots, ...guards.flatMap(({ needs }) => [...needs])]), report);
  refuseUnacceptedFallbacks(graph, report);
  refuseUsesOfLaterSteps(graph, guards, roots, report);
  const beforeStandIns = report.errorCount;
  refuseWritingFallbacks(graph, report);
  if (report.errorCount === beforeStandIns) refuseReadsOfLaterWrites(graph, report);
  if (report.errorCount > before || !refuseCycles(graph, after, guards, report)) return undefined;
  const hard = hardSteps(graph, new Set([...roots, ...guards.flatMap(({ needs }) => [...needs])]));
  const compile = formulaCompiler(endpoint);
  const cache = planCache(endpoint, compile, report);
  return {
    endpoint,
    steps: compileSteps({ endpoint, graph, after, guards, hard, compile }),
    guards: guards.map((needs, index) => compileGuard(needs, index, compile)),
    response: compileResponse(endpoint, compile),
    cache,
    constants: endpoint.constants,
    limits: endpoint.limits.map((limit) => ({
      ...limit,
      by: typeof limit.by === "string" ? limit.by : compile(limit.by),
    })),
    readRequest: pagedReader(requestReader(endpoint.request), endpoint),
    transaction: endpoint.transaction,
    writes: endpoint.steps.some(isWrite),
    fallbackMarginMs: Math.min(Math.max(20, endpoint.timeoutMs * 0.05), endpoint.timeoutMs / 2),
  };
}

const isWrite = (step: Step) => step.effect === "write";

/** The steps whose values the response shows. */
function rootsOf({ response, steps }: Endpoint, graph: StepGraph): ReadonlySet<number> {
  const { body, status, headers } = response;
  const extra = graph.referredTo([status, ...headers.values()]);
  if (body.kind === "formula") return new Set([...extra, ...graph.referredTo([body.formula])]);
  if (body.kind === "all-steps") {
    return new Set(steps.flatMap(({ phase }, index) => (phase === "main" ? [index] : [])));
  }
  return new Set([...extra, steps.findIndex(({ name }) => name === body.step)]);
}

function compileGuard(
  { guard, needs, leadsTo }: GuardNeeds,
  index: number,
  compile: CompileFormula,
): PlannedGuard {
  const { when, detail } = guard;
  return {
    index,
    guard,
    needs: [...needs],
    leadsTo,
    when: when.kind === "formula" ? compile(when.formula) : undefined,
    answeredNull: when.kind === "answered-null" ? [...needs][0] : undefined,
    detail: detail === undefined ? undefined : compile(detail),
  };
}
