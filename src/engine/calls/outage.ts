import type { OrchestratorError } from "../../problems/orchestrator-error.js";

/** The source could not answer; that it would not, because of what it was asked, is an answer. */
export function isOutage({ problem: { code, upstreamStatus } }: OrchestratorError): boolean {
  if (code.startsWith("PARAMETER_")) return false;
  return upstreamStatus === undefined || upstreamStatus >= 500 || upstreamStatus === 429;
}

/** The same of a whole request: what a guard decided is an answer too, and a fault of the service is not hidden. */
export function isOutageOfSource(error: OrchestratorError): boolean {
  const { code, status, callersOwn } = error.problem;
  if (status !== undefined || callersOwn === true) return false;
  return code !== "INTERNAL" && !code.startsWith("EXPRESSION_") && isOutage(error);
}
