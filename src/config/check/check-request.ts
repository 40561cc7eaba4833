import type { Formula } from "../../schema/formula.js";
import type { Located } from "../../schema/scalars.js";
import type { MappingTree } from "../../schema/tree.js";
import { emptyRequest, endpointFile, type EndpointFile } from "../domain-file.js";
import type { Method, RequestField, RequestSchemas, Route, Step } from "../model.js";
import type { ProjectContext } from "./check-context.js";
import { pathParameters } from "./route.js";

/** Where an endpoint is found, and what a caller may send to it. */
export interface CheckedRequest {
  readonly route: Route | undefined;
  readonly schemas: RequestSchemas;
  /** The path, or something under `request`, could not be read, so a name that is missing may well be declared. */
  readonly isIncomplete: boolean;
}

const textField: RequestField = { schema: { type: "string" }, isRequired: true, defaultValue: undefined };

/** Works out the route and the request of an endpoint from what is written and what its expressions read. */
export function checkRequest(
  file: EndpointFile,
  tree: MappingTree,
  names: { readonly domain: string; readonly endpoint: string },
  steps: readonly Step[],
  formulas: readonly Formula[],
  context: ProjectContext,
): CheckedRequest {
  const request = file.request?.value ?? emptyRequest;
  const readsBody = formulas.some((formula) => reads(formula, "body").length > 0);
  const body = request.body ?? (readsBody ? {} : undefined);
  const isBroken = file.request?.isBroken ?? endpointFile.isWritten(tree, "request");
  const written = { ...request, body, isBodyRequired: request.body !== undefined };
  if (file.internal) {
    refuseRouteKeys(tree, context);
    return { route: undefined, schemas: schemasOf(written, []), isIncomplete: isBroken };
  }
  const isPathLost = file.path === undefined && endpointFile.isWritten(tree, "path");
  const path = file.path ?? defaultPath(names, [...request.path_params.keys()], formulas, tree);
  const parameters = isPathLost ? undefined : pathParameters(path.value, path.location, context);
  if (parameters !== undefined) refuseUnusedParameters(parameters, path.value, file, context);
  const isPost = body !== undefined || steps.some(({ effect }) => effect === "write");
  const isGet = !isPost && !isBroken && steps.length === file.data_sources.length;
  const method = file.method?.value ?? defaultMethod(isPost, isGet, tree);
  const isRouteKnown = parameters !== undefined && method !== undefined;
  const route = isRouteKnown ? { method, path: path.value, parameters } : undefined;
  const isIncomplete = isBroken || parameters === undefined;
  return { route, schemas: schemasOf(written, parameters ?? []), isIncomplete };
}

/** Not known where a method, a body or a step was written that could not be read. */
function defaultMethod(isPost: boolean, isGet: boolean, tree: MappingTree): Method | undefined {
  if (endpointFile.isWritten(tree, "method")) return undefined;
  if (isPost) return "POST";
  return isGet ? "GET" : undefined;
}

function schemasOf(
  request: typeof emptyRequest & { readonly isBodyRequired: boolean },
  parameters: readonly string[],
): RequestSchemas {
  const names = new Set([...parameters, ...request.path_params.keys()]);
  const pathParams = new Map(
    [...names].map((name) => [name, { ...(request.path_params.get(name) ?? textField), isRequired: true }]),
  );
  const headers = new Map([...request.headers].map(([name, field]) => [name.toLowerCase(), field]));
  const { query_params: queryParams, body, isBodyRequired } = request;
  return { pathParams, queryParams, headers, body, isBodyRequired };
}

function defaultPath(
  names: { readonly domain: string; readonly endpoint: string },
  declared: readonly string[],
  formulas: readonly Formula[],
  tree: MappingTree,
): Located<string> {
  const used = new Set([...declared, ...formulas.flatMap((formula) => reads(formula, "path_params"))]);
  const [only, second] = used;
  const parameter = only !== undefined && second === undefined ? `/{${only}}` : "";
  return { value: `/${names.domain}/${names.endpoint}${parameter}`, location: tree.location };
}

/** The members of a part of `$request` that a formula reads; an empty name where it reads the whole part. */
function reads(formula: Formula, part: string): readonly string[] {
  return formula.references
    .filter(({ reference }) => reference.root === "request" && reference.path[0]?.name === part)
    .map(({ reference }) => String(reference.path[1]?.name ?? ""));
}

function refuseRouteKeys(tree: MappingTree, context: ProjectContext): void {
  for (const key of ["path", "method", "auth", "roles", "scopes", "rate_limit"]) {
    const entry = tree.entries.get(key);
    const reason = "an internal endpoint has no route";
    if (entry !== undefined) context.report.add("ENDPOINT_KEY_MISPLACED", { key, reason }, entry.keyLocation);
  }
}

function refuseUnusedParameters(
  parameters: readonly string[],
  path: string,
  file: EndpointFile,
  context: ProjectContext,
): void {
  const tree = file.request?.tree;
  const fields = tree?.kind === "mapping" ? tree.entries.get("path_params")?.value : undefined;
  if (fields?.kind !== "mapping") return;
  for (const [name, { keyLocation }] of fields.entries) {
    if (!parameters.includes(name)) context.report.add("ROUTE_PARAMETER_UNUSED", { name, path }, keyLocation);
  }
}
