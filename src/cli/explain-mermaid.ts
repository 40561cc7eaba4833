import type { Explanation, ExplainedStep } from "./explanation.js";

/** The plan as a Mermaid flowchart: solid lines carry values, dotted ones only order. */
export function explainAsMermaid(explanation: Explanation): string {
  const { steps, guards, response } = explanation;
  const guardId = new Map(guards.map((guard, index) => [guard.code, `guard_${index}`]));
  return [
    "flowchart LR",
    ...steps.map(node),
    ...guards.map((guard, index) => `  guard_${index}{{"${guard.status} ${escaped(guard.code)}"}}`),
    `  response(["${escaped(explanation.id)}"])`,
    ...steps.flatMap((step) => [
      ...step.needs.map((name) => `  step_${name} --> step_${step.name}`),
      ...step.after.map((name) => `  step_${name} -.-> step_${step.name}`),
      ...step.guards.map((code) => `  ${guardId.get(code) ?? ""} -.-> step_${step.name}`),
      ...fallbackEdges(step),
    ]),
    ...guards.flatMap((guard, index) => guard.needs.map((name) => `  step_${name} --> guard_${index}`)),
    ...response.map((name) => `  step_${name} --> response`),
  ].join("\n");
}

function node(step: ExplainedStep): string {
  const detail = step.source === undefined ? "value" : `${step.source} ${step.operation ?? ""}`;
  const [open, close] = step.effect === "write" ? ["[[", "]]"] : ["[", "]"];
  return `  step_${step.name}${open}"${escaped(step.name)}<br/>${escaped(detail)}"${close}`;
}

function fallbackEdges({ name, onError }: ExplainedStep): readonly string[] {
  return onError.startsWith("step ") ? [`  step_${name} -. fails .-> step_${onError.slice(5)}`] : [];
}

const escaped = (text: string) => text.replaceAll('"', "#quot;").replaceAll("<", "#lt;");
