import type { Access } from "../contracts/access.js";
import type { EndpointPlan, PlannedLimit } from "../plan/plan.js";
import { formatDuration } from "./format-duration.js";

/** Who may call an endpoint, and how often. */
export interface ExplainedCallers {
  /** `undefined` where everybody may. */
  readonly access: Access | undefined;
  readonly limits: readonly ExplainedLimit[];
}

export interface ExplainedLimit {
  readonly limit: number;
  readonly perMs: number;
  /** `client`, `api_key`, `subject` or `expression`. */
  readonly by: string;
}

export function explainCallers({ endpoint, limits }: EndpointPlan): ExplainedCallers {
  return { access: endpoint.access, limits: limits.map(explainLimit) };
}

function explainLimit({ limit, perMs, by }: PlannedLimit): ExplainedLimit {
  return { limit, perMs, by: typeof by === "string" ? by : "expression" };
}

const methodWords = { api_key: "an API key", jwt: "a token" };

export function callerLines({ access, limits }: ExplainedCallers): readonly string[] {
  const times = limits.map(
    ({ limit, perMs, by }) => `At most ${limit} requests per ${formatDuration(perMs)} by ${by}.`,
  );
  if (access === undefined) return times;
  const { methods, roles, scopes } = access;
  const needs = [
    methods.map((method) => methodWords[method]).join(" or "),
    ...(roles.length === 0 ? [] : [`the role ${roles.join(" or ")}`]),
    ...(scopes.length === 0 ? [] : [`the scope ${scopes.join(" and ")}`]),
  ];
  return [`A caller needs ${needs.join(", and ")}.`, ...times];
}
