import type { MappingTree } from "../../schema/tree.js";
import type { EndpointFile } from "../domain-file.js";
import type { CallStep, Endpoint, Step } from "../model.js";
import type { ProjectContext } from "./check-context.js";

/** Keys that look into a body or build one, which a stream has no time for. */
const ofEndpoint = [
  ...["not_found", "reject", "response_mapping", "response_status", "response_headers"],
  ...["transaction", "idempotency", "cache"],
];
const ofStep = [
  "condition",
  "for_each",
  "transform",
  "on_error",
  "retry",
  "cache",
  "dedupe",
  "traffic",
  "ensemble",
  "after",
];

/** Whether bodies of an endpoint pass as they come. Reports what cannot stand beside that. */
export function checkStream(
  file: EndpointFile,
  tree: MappingTree,
  steps: readonly Step[],
  { report }: ProjectContext,
): Endpoint["stream"] {
  const { response, body } = file;
  const refuse = (reason: string, location = (response ?? body)?.location, hint?: string) =>
    report.add("CONFIG_VALUE_INVALID", { reason }, location, hint === undefined ? {} : { hint });
  if (response === undefined) {
    for (const { location } of steps.filter(streamsOnly)) {
      const hint = "Write `response: stream` at the endpoint too, with this as its one step, or at neither.";
      refuse("This model says `response: stream`, and the endpoint does not.", location, hint);
    }
    return (
      body &&
      refuse("`body: stream` needs `response: stream`: an answer that is built would wait for the body.")
    );
  }
  for (const key of ofEndpoint) {
    const entry = tree.entries.get(key);
    if (entry)
      refuse(
        `\`${key}\` cannot stand beside \`response: stream\`: the body passes as it comes.`,
        entry.keyLocation,
      );
  }
  if (body !== undefined && file.request?.value?.body !== undefined) {
    refuse("A body that passes as it comes is not read, so it has no schema.", body.location);
  }
  const [written, second] = file.data_sources;
  if (written === undefined || second !== undefined) {
    return refuse("An endpoint with `response: stream` has one step, whose answer it passes on.");
  }
  const entries = written.tree.kind === "mapping" ? written.tree.entries : new Map<string, never>();
  for (const key of ofStep) {
    const entry = entries.get(key);
    if (entry) refuse(`\`${key}\` cannot stand in the step of a stream.`, entry.keyLocation);
  }
  const [step] = steps;
  if (step === undefined) return undefined;
  if (step.kind !== "call" || step.call.streams === undefined) {
    return refuse(
      "The answer of this step does not pass as it comes, and the endpoint says `response: stream`.",
      step.location,
      "An operation of an API says `stream: true`, a model of `openai` that is asked `messages` says `response: stream`.",
    );
  }
  if (body !== undefined && step.call.streams === "answer")
    refuse("A model takes no body that passes as it comes.", body.location, "Leave `body: stream` away.");
  for (const key of repeating(step).filter((each) => !entries.has(each))) {
    refuse(
      `\`${key}\` of the operation or its source cannot hold for a stream, whose body is had once.`,
      step.location,
    );
  }
  return { hasUpload: body !== undefined };
}

/** Whether a step, or another one that shares its calls, asks for an answer that passes. */
function streamsOnly(step: Step): boolean {
  if (step.kind !== "call") return false;
  const { traffic, ensemble } = step;
  const all = [step, ...(traffic?.arms ?? []), ...(traffic?.shadows ?? []), ...(ensemble?.members ?? [])];
  return all.some(({ call }) => call.streams === "answer");
}

/** What the operation, its source or the defaults of the file say that a stream cannot do. */
function repeating({ policy: { retry, hedge, cache, dedupe } }: CallStep): readonly string[] {
  return [
    ...(retry !== undefined && retry.attempts > 1 ? ["retry"] : []),
    ...(hedge === undefined ? [] : ["hedge"]),
    ...(cache === undefined ? [] : ["cache"]),
    ...(dedupe ? ["dedupe"] : []),
  ];
}
