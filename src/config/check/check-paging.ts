import type { JsonObject } from "../../expression/value.js";
import { Report } from "../../problems/report.js";
import { formula, type Formula } from "../../schema/formula.js";
import type { Located } from "../../schema/scalars.js";
import type { MappingTree, Tree } from "../../schema/tree.js";
import { emptyRequest, type EndpointFile, type PagingFile, type StepFile } from "../domain-file.js";
import type { CallStep, Paging, RequestField, Step } from "../model.js";
import { valueTree } from "../reading/value-tree.js";
import type { ProjectContext } from "./check-context.js";

/**
 * The endpoint with what its `paging` stands for written out: the query parameters, the parameters of the primary
 * step, and the answer where none is written.
 */
export function withPaging(
  file: EndpointFile,
  tree: MappingTree,
  primary: Located<string> | undefined,
): EndpointFile {
  const { paging, request } = file;
  if (paging === undefined || primary === undefined) return file;
  const declared = request?.value ?? (request === undefined ? emptyRequest : undefined);
  const place = pagingPlace(tree);
  return {
    ...file,
    request: declared && {
      tree: request?.tree ?? place,
      isBroken: request?.isBroken ?? false,
      value: { ...declared, query_params: new Map([...queryParameters(paging), ...declared.query_params]) },
    },
    data_sources: file.data_sources.map((step) =>
      step.value?.name.value === primary.value
        ? { ...step, value: withParameters(step.value, paging, place) }
        : step,
    ),
    response_mapping:
      file.response_mapping ??
      (tree.entries.has("response_mapping") ? undefined : pageFormula(primary.value, place)),
    output_schema:
      file.output_schema ?? (tree.entries.has("response_mapping") ? undefined : pageSchema(paging)),
  };
}

/** What `paging` means for the plan. Reports what is wrong with it. */
export function checkPaging(
  written: EndpointFile,
  tree: MappingTree,
  primary: Located<string> | undefined,
  steps: readonly Step[],
  context: ProjectContext,
): Paging | undefined {
  const { paging, request } = written;
  if (paging === undefined) return undefined;
  const place = pagingPlace(tree);
  const refuse = (reason: string, hint?: string, location = place.location): undefined =>
    context.report.add("CONFIG_VALUE_INVALID", { reason }, location, { hint });
  if (primary === undefined) {
    return refuse("It is not clear which step gives the list.", "Name it with `primary_source`.");
  }
  if (paging.limit.default > paging.limit.max) refuse("The default of `limit` is more than its `max`.");
  for (const name of queryParameters(paging).keys()) {
    if (request?.value?.query_params.has(name) !== true) continue;
    refuse(`\`paging\` declares the query parameter "${name}" itself.`, "Remove it from `query_params`.");
  }
  const step = steps.find(({ name }) => name === primary.value);
  if (step === undefined) return undefined;
  if (
    step.kind === "value" ||
    step.effect === "write" ||
    step.forEach !== undefined ||
    step.traffic !== undefined
  ) {
    return refuse(`The step "${step.name}" does not read one list, so it has no pages.`);
  }
  checkStepParameters(step, written, paging, refuse);
  return { step: step.name, by: paging.by };
}

type Refuse = (reason: string, hint?: string) => undefined;

function checkStepParameters(
  { call, name, operationName }: CallStep,
  { data_sources }: EndpointFile,
  paging: PagingFile,
  refuse: Refuse,
): void {
  const own = data_sources.find(({ value }) => value?.name.value === name)?.value?.params;
  for (const parameter of Object.keys(stepParameters(paging))) {
    const found = call.parameters.find((each) => each.name === parameter);
    if (found === undefined) {
      const reason = `The operation "${operationName}" has no parameter "${parameter}", which \`paging\` gives it.`;
      refuse(reason, `Use \`:${parameter}\` in its query${usage(parameter)}.`);
    } else if (parameter.startsWith("after_") && found.isRequired) {
      const reason = `The parameter "${parameter}" of "${operationName}" is null for the first page.`;
      refuse(reason, `Declare it with \`required: false\`, and write \`:${parameter} IS NULL OR …\`.`);
    }
    if (own?.has(parameter) === true) refuse(`\`paging\` gives the parameter "${parameter}" itself.`);
  }
}

function usage(parameter: string): string {
  if (parameter === "limit") return ", as in `LIMIT :limit`";
  return parameter === "offset" ? ", as in `OFFSET :offset`" : "";
}

/** One item more than asked for is read: whether there is a next page shows in it. */
function stepParameters({ by }: PagingFile): Readonly<Record<string, string>> {
  const limit = "{{ $request.query_params.limit + 1 }}";
  if (by === "offset") return { limit, offset: "$request.query_params.offset" };
  const after = by.map((column, index) => [`after_${column}`, `$request.query_params.cursor[${index}]`]);
  return { limit, ...Object.fromEntries(after) };
}

function withParameters(step: StepFile, paging: PagingFile, place: Tree): StepFile {
  const given = Object.entries(stepParameters(paging)).map(
    ([name, text]) => [name, madeFormula(valueTree(text, place.location), "step")] as const,
  );
  return { ...step, params: new Map([...(step.params ?? []), ...given]) };
}

function queryParameters({ limit, by }: PagingFile): ReadonlyMap<string, RequestField> {
  const field = (schema: JsonObject, defaultValue?: number): RequestField => ({
    schema,
    isRequired: false,
    defaultValue,
  });
  const size = { type: "integer", minimum: 1, maximum: limit.max, description: "Items of a page, at most." };
  const first = { type: "integer", minimum: 0, description: "How many items come before the page." };
  const cursor = { type: "string", description: "`next` of the page before; left out for the first page." };
  return new Map([
    ["limit", field(size, limit.default)],
    by === "offset" ? ["offset", field(first, 0)] : ["cursor", field(cursor)],
  ]);
}

function pageFormula(step: string, { location }: Tree): Formula {
  const entry = (text: string) => ({ keyLocation: location, value: valueTree(text, location) });
  const entries = new Map([
    ["items", entry(`$${step}`)],
    ["next", entry("$page.next")],
  ]);
  return madeFormula({ kind: "mapping", entries, location }, "response");
}

function pageSchema({ by }: PagingFile): JsonObject {
  const description = "What to send for the next page; null after the last.";
  return {
    type: "object",
    properties: {
      items: { type: "array" },
      next: { type: [by === "offset" ? "integer" : "string", "null"], description },
    },
    required: ["items", "next"],
  };
}

/** Of a text of ours, in which nothing is wrong. */
function madeFormula(tree: Tree, site: "step" | "response"): Formula {
  const nothing = { readText: () => "", env: () => undefined, usedVariables: new Set<string>() };
  return formula(site).check(tree, { ...nothing, report: new Report() })!;
}

function pagingPlace(tree: MappingTree): Tree {
  const entry = tree.entries.get("paging");
  return valueTree("", entry?.keyLocation ?? tree.location);
}
