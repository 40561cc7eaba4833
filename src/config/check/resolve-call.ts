import type { Prepared } from "../../contracts/source.js";
import type { Location } from "../../problems/location.js";
import type { Located } from "../../schema/scalars.js";
import type { Written } from "../../schema/written.js";
import type { ConfiguredSource } from "../model.js";
import type { CallPolicy } from "../policy-keys.js";
import { losesOperations, losesSource, operationsInside, type OperationEntry } from "../source-file.js";
import { learnedOf, type ProjectContext } from "./check-context.js";
import { policyOf, refuseEffectKeys, refuseLoneQueue } from "./policy.js";
import { callFingerprint } from "./call-fingerprint.js";
import type { KindScope, ScopedSource } from "./scope.js";

/** An operation of a source, ready for a step. */
export interface ResolvedCall {
  readonly source: ConfiguredSource;
  readonly operationName: string;
  readonly call: Prepared;
  readonly policy: CallPolicy;
  /** Differs where the operation, its source or a file they name differs. */
  readonly fingerprint: string;
}

/** What a step says of the call it makes. */
export interface CallNames {
  readonly sourceId: Located<string> | undefined;
  readonly operation: Located<string>;
}

/** Finds the operation that a step names, in the step's scope. Reports what cannot be found. */
export function resolveCall(
  names: CallNames,
  kind: KindScope,
  context: ProjectContext,
): ResolvedCall | undefined {
  return kind.type.operations?.placed === "beside"
    ? resolveBeside(names, kind, context)
    : resolveInside(names, kind, context);
}

/** Prepares every operation that a scope sees, so that those that no step uses are checked too. */
export function prepareAll(kind: KindScope, context: ProjectContext): void {
  for (const [name, operation] of kind.operations) {
    if (losesSource(kind.type, operation)) continue;
    const sourceId = operation.value?.source_id;
    const source = sourceId === undefined ? defaultSource(kind) : findSource(sourceId, kind, context);
    if (source !== undefined) prepare(source, name, operation, context);
  }
  for (const source of kind.sources.values()) {
    if (source.entry.value === undefined) continue;
    for (const [name, operation] of operationsInside(kind.type, source.entry.value)) {
      prepare(source, name, operation, context);
    }
  }
}

function resolveBeside(names: CallNames, kind: KindScope, context: ProjectContext): ResolvedCall | undefined {
  const operation = kind.operations.get(names.operation.value);
  if (operation === undefined)
    return unknownOperation(names, `${kind.type.kind} sources`, [...kind.operations.keys()], kind, context);
  if (losesSource(kind.type, operation)) return undefined;
  const own = operation.value?.source_id;
  if (own !== undefined && names.sourceId !== undefined && own.value !== names.sourceId.value) {
    return context.report.add(
      "OPERATION_SOURCE_DIFFERS",
      { operation: names.operation.value, operationSource: own.value, stepSource: names.sourceId.value },
      names.sourceId.location,
    );
  }
  const source = pickSource(own ?? names.sourceId, kind, names.operation.location, context);
  return source === undefined ? undefined : resolved(source, names.operation.value, operation, context);
}

function resolveInside(names: CallNames, kind: KindScope, context: ProjectContext): ResolvedCall | undefined {
  const source = pickSource(names.sourceId, kind, names.operation.location, context);
  if (source?.entry.value === undefined) return undefined;
  const operations = operationsInside(kind.type, source.entry.value);
  const operation = operations.get(names.operation.value);
  if (operation !== undefined) return resolved(source, names.operation.value, operation, context);
  if (losesOperations(kind.type, source.entry.tree)) return undefined;
  const name = source.configured?.name ?? "";
  return unknownOperation(names, `the source "${name}"`, [...operations.keys()], kind, context);
}

/** An operation that stands inside its source. */
export interface InsideOperation {
  readonly name: string;
  readonly entry: Written<OperationEntry>;
}

/**
 * The operation inside a source that a step picks by its name, or the only one; `none` where the source has none, and
 * `undefined` where there is no telling, which has been reported.
 */
export function pickInside(
  {
    sourceId,
    operation,
  }: { readonly sourceId: Located<string> | undefined; readonly operation: Located<string> | undefined },
  source: ScopedSource,
  kind: KindScope,
  location: Location,
  context: ProjectContext,
): InsideOperation | "none" | undefined {
  const operations = operationsInside(kind.type, source.entry.value!);
  const entry = operation && operations.get(operation.value);
  if (entry !== undefined) return { name: operation!.value, entry };
  if (losesOperations(kind.type, source.entry.tree)) return undefined;
  const known = [...operations.keys()];
  if (operation !== undefined) {
    const words = `the source "${source.configured?.name ?? ""}"`;
    return unknownOperation({ sourceId, operation }, words, known, kind, context);
  }
  const [only, second] = operations;
  if (only === undefined) return "none";
  if (second === undefined) return { name: only[0], entry: only[1] };
  const hint = `Name the one that is meant: ${known.map((each) => `\`${each}\``).join(", ")}.`;
  return context.report.add("CONFIG_KEY_MISSING", { key: "operation" }, location, { hint });
}

function unknownOperation(
  names: CallNames,
  source: string,
  known: readonly string[],
  kind: KindScope,
  context: ProjectContext,
): undefined {
  if (kind.isIncomplete) return undefined;
  const { value: name, location } = names.operation;
  return context.report.add("OPERATION_UNKNOWN", { name, source, known }, location);
}

/** The source that a step names, or the one it means by naming none. Reports where there is none. */
export function pickSource(
  sourceId: Located<string> | undefined,
  kind: KindScope,
  location: Location,
  context: ProjectContext,
): ScopedSource | undefined {
  if (sourceId !== undefined) return findSource(sourceId, kind, context);
  const found = defaultSource(kind);
  if (found !== undefined || kind.isIncomplete) return found;
  return context.report.add(
    "SOURCE_UNCLEAR",
    { kind: kind.type.kind, known: [...kind.sources.keys()], file: kind.type.file },
    location,
  );
}

function defaultSource(kind: KindScope): ScopedSource | undefined {
  const [only, second] = kind.sources.values();
  return kind.sources.get("default") ?? (second === undefined ? only : undefined);
}

function findSource(
  sourceId: Located<string>,
  kind: KindScope,
  context: ProjectContext,
): ScopedSource | undefined {
  const { value: name, location } = sourceId;
  const found = kind.sources.get(name);
  if (found !== undefined || kind.isIncomplete) return found;
  const known = [...kind.sources.keys()];
  return context.report.add("SOURCE_UNKNOWN", { kind: kind.type.kind, name, known }, location);
}

function resolved(
  source: ScopedSource,
  operationName: string,
  operation: Written<OperationEntry>,
  context: ProjectContext,
): ResolvedCall | undefined {
  const call = prepare(source, operationName, operation, context);
  if (call === undefined) return undefined;
  const policy = policyOf(operation.value!, [source.entry.value!, source.defaults]);
  const fingerprint = callFingerprint(source.configured!, operation.tree, operation.value);
  return { source: source.configured!, operationName, call, policy, fingerprint };
}

/** Once for each pair of source and operation: the same call is the same object, which is how equal calls are known. */
function prepare(
  source: ScopedSource,
  operationName: string,
  operation: Written<OperationEntry>,
  context: ProjectContext,
): Prepared | undefined {
  const { configured } = source;
  if (configured === undefined || operation.value === undefined || operation.isBroken) return undefined;
  const known = callsOfSource(configured, context);
  if (!known.has(operation)) {
    const call = configured.type.prepare({
      sourceName: configured.name,
      operationName,
      settings: configured.settings,
      operation: operation.value,
      tree: operation.tree,
      location: operation.tree.location,
      report: context.report,
      learned: learnedOf(configured, context),
    });
    refuseLoneQueue(operation.tree, context.report);
    if (call !== undefined) refuseEffectKeys(operation.tree, call.effect, context.report);
    known.set(operation, call);
  }
  return known.get(operation);
}

/** What was prepared of a source so far. */
export function callsOfSource(
  source: ConfiguredSource,
  { preparedCalls }: ProjectContext,
): Map<object, Prepared | undefined> {
  const known = preparedCalls.get(source) ?? new Map<object, Prepared | undefined>();
  preparedCalls.set(source, known);
  return known;
}
