import type { Location } from "../../problems/location.js";
import type { MappingTree } from "../../schema/tree.js";
import type { EndpointFile } from "../domain-file.js";
import { isInTransaction } from "../in-transaction.js";
import type { EndpointTransaction, Step } from "../model.js";
import { callsOf } from "../step-calls.js";
import type { ProjectContext } from "./check-context.js";
import type { CheckedStep } from "./check-step.js";
import { pickSource } from "./resolve-call.js";
import type { KindScope, Scope } from "./scope.js";

/** The transaction of an endpoint. Reports what cannot stand in one, or beside one. */
export function checkTransaction(
  file: EndpointFile,
  tree: MappingTree,
  checked: readonly CheckedStep[],
  scope: Scope,
  context: ProjectContext,
): EndpointTransaction | undefined {
  const entry = tree.entries.get("transaction");
  const transaction =
    entry === undefined ? undefined : resolveTransaction(file, entry.value.location, scope, context);
  if (entry !== undefined && transaction === undefined) return undefined;
  for (const each of checked) checkPlace(each, transaction, context);
  if (transaction === undefined) return undefined;
  const steps = checked.map(({ step }) => step);
  refuseRepeatedWrites(file, steps, transaction, context);
  const isUsed = steps.some((step) => isInTransaction(step, transaction));
  if (!isUsed && steps.length === file.data_sources.length) {
    const reason = `no step asks the source "${transaction.source.name}" before the commit`;
    context.report.add("ENDPOINT_KEY_MISPLACED", { key: "transaction", reason }, entry!.keyLocation);
  }
  return transaction;
}

function resolveTransaction(
  { transaction }: EndpointFile,
  location: Location,
  scope: Scope,
  context: ProjectContext,
): EndpointTransaction | undefined {
  const file = transaction?.value;
  if (file === undefined) return undefined;
  const kind = kindOf(file.source?.value, scope);
  if (kind === undefined) return undefined;
  const source = pickSource(file.source, kind, location, context)?.configured;
  if (source === undefined) return undefined;
  if (source.type.transactions?.(source.settings) !== true) {
    const place = file.source?.location ?? location;
    return context.report.add("TRANSACTION_UNSUPPORTED", { source: source.name }, place);
  }
  return { source, isolation: file.isolation, attempts: file.retry?.value?.attempts ?? 1 };
}

/** The kind of the named source, one that has transactions where several kinds have such a name. */
function kindOf(sourceName: string | undefined, scope: Scope): KindScope | undefined {
  const kinds = [...scope.values()].sort(
    (a, b) => Number(b.type.transactions !== undefined) - Number(a.type.transactions !== undefined),
  );
  return kinds.find(({ sources }) => sourceName !== undefined && sources.has(sourceName)) ?? kinds[0];
}

const repeatingKeys = ["cache", "dedupe", "retry"];

function checkPlace(
  { step, file, tree: { entries } }: CheckedStep,
  transaction: EndpointTransaction | undefined,
  { report }: ProjectContext,
): void {
  const refuse = (key: string, reason: string) => {
    const entry = entries.get(key);
    if (entry !== undefined) report.add("STEP_KEY_MISPLACED", { key, reason }, entry.keyLocation);
  };
  if (file.after === "commit" && transaction === undefined) {
    refuse("after", "the endpoint has no `transaction`");
  }
  const { source } = transaction ?? {};
  if (step.phase === "main" && callsOf(step).some((call) => call.source.id === source?.id)) {
    refuse("traffic", "in a transaction all calls of a step go to one operation");
  }
  if (isInTransaction(step, transaction)) {
    for (const key of repeatingKeys) refuse(key, "in a transaction no call is kept, joined or repeated");
    return refuse("in_transaction", `all steps that ask its source are in the transaction`);
  }
  if (file.after !== undefined) return refuse("in_transaction", "the step runs after the commit");
  if (transaction === undefined) return refuse("in_transaction", "the endpoint has no `transaction`");
  if (step.effect === "read") return refuse("in_transaction", "the step only reads");
  if (file.in_transaction) return;
  const facts = { step: step.name, source: transaction.source.name };
  report.add("TRANSACTION_WRITE_ELSEWHERE", facts, step.location);
}

/** To repeat the transaction would repeat what a write elsewhere has done. */
function refuseRepeatedWrites(
  { transaction: file }: EndpointFile,
  steps: readonly Step[],
  transaction: EndpointTransaction,
  { report }: ProjectContext,
): void {
  const elsewhere = steps.find(
    (step) => step.effect === "write" && step.phase === "main" && !isInTransaction(step, transaction),
  );
  const written = file?.value?.retry?.tree;
  if (elsewhere === undefined || transaction.attempts === 1 || written === undefined) return;
  const reason = `The transaction cannot be repeated: "${elsewhere.name}" in it writes to another source.`;
  report.add("CONFIG_VALUE_INVALID", { reason }, written.location);
}
