import type { JsonObject } from "../../expression/value.js";
import type { Formula } from "../../schema/formula.js";
import type { Located } from "../../schema/scalars.js";
import type { MappingTree } from "../../schema/tree.js";
import type { Written } from "../../schema/written.js";
import { endpointFile, type EndpointFile, type StepFile } from "../domain-file.js";
import { callsOf } from "../step-calls.js";
import type {
  AuthConfig,
  Endpoint,
  EndpointIdempotency,
  Guard,
  Limit,
  ResponseBody,
  Step,
} from "../model.js";
import { noteCallsPerItem } from "./calls-per-item.js";
import { checkAccess } from "./check-access.js";
import { checkLimits } from "./check-limits.js";
import type { ProjectContext } from "./check-context.js";
import { endpointCache } from "./endpoint-cache.js";
import { checkPaging, withPaging } from "./check-paging.js";
import { checkRequest } from "./check-request.js";
import { checkStream } from "./check-stream.js";
import { checkStep, type CheckedStep } from "./check-step.js";
import { refuseNamelessCallers } from "./check-traffic.js";
import { checkTransaction } from "./check-transaction.js";
import { checkEndpointNames } from "./endpoint-names.js";
import { requestAliases } from "./request-names.js";
import type { Scope } from "./scope.js";

/** What an endpoint takes from the domain around it. */
export interface Surrounding {
  readonly domain: string;
  readonly scope: Scope;
  /** `undefined` where the constants could not be read. */
  readonly constants: JsonObject | undefined;
  /** Constants that hold a secret variable, with its name. */
  readonly secretConstants: ReadonlyMap<string, string>;
  readonly defaultTimeoutMs: number;
  readonly auth: AuthConfig;
  readonly limit: Limit | undefined;
}

/** One endpoint, whole or in part. The planner only takes those without a problem. */
export function checkEndpoint(
  name: string,
  written: EndpointFile,
  tree: MappingTree,
  around: Surrounding,
  context: ProjectContext,
): Endpoint {
  const primary = primaryStep(written);
  const file = withPaging(written, tree, primary);
  const checked = checkSteps(file.data_sources, around.scope, context);
  const steps = checked.map(({ step }) => step);
  const formulas = formulasOf(file);
  const names = { domain: around.domain, endpoint: name };
  const { route, schemas, isIncomplete } = checkRequest(file, tree, names, steps, formulas, context);
  const id = `${around.domain}.${name}`;
  const access = file.internal ? undefined : checkAccess(file, around.auth, context);
  refuseNamelessCallers(file.data_sources, access, context);
  const endpoint: Endpoint = {
    id,
    domain: around.domain,
    name,
    description: file.description,
    tags: file.tags,
    isDeprecated: file.deprecated,
    route,
    access,
    limits: file.internal ? [] : checkLimits(file.rate_limit, id, access, around.limit, context),
    request: schemas,
    outputSchema: file.output_schema,
    timeoutMs: file.timeout ?? around.defaultTimeoutMs,
    steps,
    guards: guardsOf(file, primary, steps, tree),
    response: { body: bodyOf(file, primary), status: file.response_status, headers: file.response_headers },
    stream: checkStream(file, tree, steps, context),
    idempotency: checkIdempotency(file, tree, steps, context),
    transaction: checkTransaction(file, tree, checked, around.scope, context),
    cache: endpointCache(file, tree, around.constants),
    paging: checkPaging(written, tree, primary, steps, context),
    constants: around.constants ?? {},
    requestAliases: requestAliases(schemas),
    location: tree.location,
  };
  refuseEmpty(endpoint, tree, context);
  noteCallsPerItem(checked, endpoint.transaction, context);
  if (steps.length === file.data_sources.length) noteContradiction(file.endpoint_type, endpoint, context);
  checkEndpointNames(endpoint, file, tree, { ...around, isRequestIncomplete: isIncomplete }, context);
  return endpoint;
}

function checkSteps(
  files: readonly Written<StepFile>[],
  scope: Scope,
  context: ProjectContext,
): readonly CheckedStep[] {
  const checked: CheckedStep[] = [];
  const seen = new Set<string>();
  for (const { value: file, tree } of files) {
    if (file === undefined || tree.kind !== "mapping") continue;
    const { value: name, location } = file.name;
    if (seen.has(name)) context.report.add("STEP_DUPLICATE", { name }, location);
    seen.add(name);
    const step = checkStep(file, tree, scope, context);
    if (step !== undefined) checked.push({ step, file, tree });
  }
  return checked;
}

/** Every formula of an endpoint, wherever it stands. */
function formulasOf(file: EndpointFile): readonly Formula[] {
  const ofSteps = file.data_sources.flatMap(({ value: step }) =>
    step === undefined
      ? []
      : [
          step.value,
          step.condition,
          step.for_each,
          step.transform,
          step.traffic?.sticky_by,
          step.on_error === "fail" ? undefined : step.on_error.value,
          ...(step.params?.values() ?? []),
        ],
  );
  const limited = file.rate_limit === false ? undefined : file.rate_limit?.by;
  const ofLimit = typeof limited === "object" ? [limited] : [];
  const ofGuards = file.reject.flatMap(({ when, detail }) => [when, detail]);
  const ofResponse = [file.response_mapping, file.response_status, ...file.response_headers.values()];
  return [...ofSteps, ...ofLimit, ...ofGuards, ...ofResponse, file.not_found, file.cache?.key].filter(
    (formula) => formula !== undefined,
  );
}

function primaryStep(file: EndpointFile): Located<string> | undefined {
  if (file.primary_source !== undefined) return file.primary_source;
  const [only, second] = file.data_sources;
  return second === undefined ? only?.value?.name : undefined;
}

function bodyOf(file: EndpointFile, primary: Located<string> | undefined): ResponseBody {
  if (file.response_mapping !== undefined) return { kind: "formula", formula: file.response_mapping };
  return primary === undefined ? { kind: "all-steps" } : { kind: "step", step: primary.value };
}

function guardsOf(
  file: EndpointFile,
  primary: Located<string> | undefined,
  steps: readonly Step[],
  tree: MappingTree,
): readonly Guard[] {
  const guards: Guard[] = file.reject.map(({ when, status, code, detail }) => ({
    when: { kind: "formula", formula: when },
    status,
    code,
    detail,
    location: when.location,
  }));
  const notFound = { status: 404, code: "NOT_FOUND", detail: undefined };
  if (file.not_found !== undefined) {
    const { location } = file.not_found;
    return [{ ...notFound, when: { kind: "formula", formula: file.not_found }, location }, ...guards];
  }
  const step = steps.find(({ name }) => name === primary?.value);
  if (step === undefined || step.effect === "write" || tree.entries.has("not_found")) return guards;
  return [
    { ...notFound, when: { kind: "answered-null", step: step.name }, location: step.location },
    ...guards,
  ];
}

function refuseEmpty(endpoint: Endpoint, tree: MappingTree, context: ProjectContext): void {
  const steps = tree.entries.get("data_sources")?.value;
  const hasSteps =
    steps?.kind === "list" ? steps.items.length > 0 : endpointFile.isWritten(tree, "data_sources");
  if (hasSteps || endpointFile.isWritten(tree, "response_mapping")) return;
  context.report.add("ENDPOINT_EMPTY", { name: endpoint.name }, endpoint.location);
}

/** Where nothing is written, a request may be sent again as it is. */
function checkIdempotency(
  { idempotency, data_sources }: EndpointFile,
  { entries }: MappingTree,
  steps: readonly Step[],
  { report }: ProjectContext,
): EndpointIdempotency | undefined {
  const entry = entries.get("idempotency");
  const writes = steps.some(({ effect }) => effect === "write");
  if (entry === undefined || writes || steps.length < data_sources.length) return idempotency;
  const reason = "the endpoint only reads";
  return report.add("ENDPOINT_KEY_MISPLACED", { key: "idempotency", reason }, entry.keyLocation);
}

/** `endpoint_type` changes nothing, so all that can be wrong with it is that it misleads. */
function noteContradiction(
  type: Located<string> | undefined,
  { steps }: Endpoint,
  context: ProjectContext,
): void {
  if (type === undefined || steps.length === 0) return;
  const isOfKind = steps.flatMap(callsOf).some(({ source }) => source.kind === type.value);
  const found =
    context.types.has(type.value) && !isOfKind
      ? `no step is of kind "${type.value}"`
      : type.value === "composite" && steps.length === 1
        ? "it has a single step"
        : undefined;
  if (found !== undefined) {
    context.report.add("ENDPOINT_TYPE_CONTRADICTS", { type: type.value, found }, type.location);
  }
}
