import { keyedBatch, type KeyPart } from "../../connections/batch/keyed-batch.js";
import type { Batch, Definition, Effect, Parameter } from "../../contracts/source.js";
import type { Location } from "../../problems/location.js";
import { treeAt, type Tree } from "../../schema/tree.js";
import type { ApiCall } from "./api-call.js";
import type { ApiBatch, ApiOperation, ApiSettings } from "./keys.js";

type ApiDefinition = Definition<ApiSettings, ApiOperation>;

/** What is settled of the operation whose calls become one. */
export interface SingleCall {
  readonly effect: Effect;
  readonly parameters: readonly Parameter[];
}

/** The `batch` of an operation. Reports what is wrong with it. */
export function prepareBatch(
  definition: ApiDefinition,
  single: SingleCall,
  prepare: (definition: ApiDefinition) => ApiCall | undefined,
): Batch | undefined {
  const { operation, tree, report } = definition;
  const { batch } = operation;
  if (batch === undefined) return undefined;
  const location = placeOf(tree, "batch") ?? definition.location;
  const written = treeAt(tree, "/batch");
  const call = prepare({ ...definition, operation: manyCalls(operation, batch), tree: written, location });
  if (call === undefined) return undefined;
  const faults = [
    ...faultsOfCall(operation, single, location),
    ...faultsOfKeys(batch, written),
    ...faultsOfParameters(batch, single, call, written),
  ];
  for (const { reason, hint, at } of faults) report.add("CONFIG_VALUE_INVALID", { reason }, at, { hint });
  const inPath = operation.path?.names ?? [];
  return keyedBatch({
    call,
    maxSize: batch.max_size,
    keys: [...batch.params].map(([list, parameter], index) =>
      keyPart(list, parameter, batch.key[index]!, inPath),
    ),
    common: call.parameters.map(({ name }) => name).filter((name) => !batch.params.has(name)),
    valueOf:
      batch.returns === "many"
        ? (items) => items
        : (items) => (items.length > 1 ? undefined : (items[0] ?? null)),
  });
}

/** The parameters of a single call, where those that only the batch form puts into a URL can be read there too. */
export function alsoShown(
  parameters: readonly Parameter[],
  written: ApiBatch | undefined,
  batch: Batch | undefined,
): readonly Parameter[] {
  const shown = batch?.call.parameters.filter(({ showsInUrl }) => showsInUrl) ?? [];
  const names = new Set(shown.map(({ name }) => written?.params.get(name) ?? name));
  return parameters.map((each) => (names.has(each.name) ? { ...each, showsInUrl: true } : each));
}

/** For a request that reads one resource by its path: how its batch form is written. */
export function batchAdvice({ operation, operationName }: ApiDefinition, effect: Effect): string | undefined {
  const name = operation.path?.names.at(-1);
  if (effect !== "read" || name === undefined || operation.paging !== undefined) return undefined;
  const form = `batch: { path: …, query: { ids: $params.${name}s }, params: { ${name}s: ${name} }, key: id }`;
  return `Where the API can answer for many at once, give "${operationName}" a batch form: \`${form}\`.`;
}

/** The operation that stands for many calls: what the batch form says, and how the operation is reached and read. */
function manyCalls(operation: ApiOperation, batch: ApiBatch): ApiOperation {
  const { method, path, query, body, select } = batch;
  const own = { method, path, query, body, select, effect: "read" as const };
  const without = {
    batch: undefined,
    graphql: undefined,
    graphql_file: undefined,
    variables: undefined,
    idempotency_key: undefined,
    paging: undefined,
    schema: undefined,
    validate: false,
    stream: false,
    mock: undefined,
  };
  return { ...operation, ...without, ...own };
}

interface Fault {
  readonly reason: string;
  readonly hint?: string | undefined;
  readonly at: Location | undefined;
}

function faultsOfCall(operation: ApiOperation, { effect }: SingleCall, at: Location): readonly Fault[] {
  const reasons = [
    effect === "write" ? "Only a read has a batch form: writes happen one by one." : undefined,
    operation.paging === undefined ? undefined : "An operation whose answer has pages has no batch form.",
    operation.stream ? "A stream has no batch form." : undefined,
  ];
  return reasons.filter((reason) => reason !== undefined).map((reason) => ({ reason, at }));
}

function faultsOfKeys({ params, key }: ApiBatch, written: Tree): readonly Fault[] {
  if (params.size === key.length && params.size > 0) return [];
  const reason = `\`key\` names ${key.length} fields and \`params\` ${params.size} lists: each list has its field.`;
  return [{ reason, at: placeOf(written, "key") }];
}

function faultsOfParameters(
  { params }: ApiBatch,
  { parameters }: SingleCall,
  call: ApiCall,
  written: Tree,
): readonly Fault[] {
  const faults: Fault[] = [];
  const single = parameters.map(({ name }) => name);
  const used = call.parameters.map(({ name }) => name);
  const taken = [...params.values()];
  for (const [list, parameter] of params) {
    const at = placeOf(treeAt(written, "/params"), list);
    if (!single.includes(parameter)) {
      const hint =
        single.length === 0 ? undefined : `It has ${single.map((name) => `"${name}"`).join(", ")}.`;
      faults.push({ reason: `The operation has no parameter "${parameter}".`, hint, at });
    }
    if (single.includes(list)) {
      faults.push({ reason: `"${list}" is a parameter of the operation: a list has a name of its own.`, at });
    } else if (!used.includes(list)) {
      faults.push({ reason: `The request of the batch form does not use \`$params.${list}\`.`, at });
    }
  }
  for (const name of used) {
    if (params.has(name) || (single.includes(name) && !taken.includes(name))) continue;
    const reason = taken.includes(name)
      ? `"${name}" is one value, and here are many.`
      : `"${name}" is neither a parameter of the operation nor under \`params\`.`;
    faults.push({ reason, at: written.location });
  }
  for (const name of single) {
    if (taken.includes(name) || used.includes(name)) continue;
    const reason = `The parameter "${name}" of the operation is not used here, so it would change nothing.`;
    const hint = `Use \`$params.${name}\` in the request, or say under \`params\` which list takes it.`;
    faults.push({ reason, hint, at: written.location });
  }
  return faults;
}

/** A value that the path of a single call cannot hold is left to it. */
function keyPart(list: string, parameter: string, field: string, inPath: readonly string[]): KeyPart {
  const isInPath = inPath.includes(parameter);
  return {
    parameter,
    list,
    field,
    whenNull: undefined,
    asked(value) {
      if (typeof value === "object") return undefined;
      const text = String(value);
      return isInPath && ["", ".", ".."].includes(text) ? undefined : text;
    },
    found: (value) => (typeof value === "object" ? JSON.stringify(value) : String(value)),
  };
}

function placeOf(tree: Tree, key: string): Location | undefined {
  return tree.kind === "mapping" ? tree.entries.get(key)?.keyLocation : undefined;
}
