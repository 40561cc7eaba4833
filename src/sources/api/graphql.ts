import type { Definition } from "../../contracts/source.js";
import { isJsonList, isJsonObject, type JsonObject, type JsonValue } from "../../expression/value.js";
import { failure } from "../../problems/orchestrator-error.js";
import type { Formula } from "../../schema/formula.js";
import { nearest } from "../../problems/nearest.js";
import { readGraphql, type GraphqlDocument } from "./graphql-document.js";
import type { ApiOperation, ApiSettings } from "./keys.js";
import { noFormulas } from "./shared-keys.js";

/** A GraphQL operation: its document, and the formulas of its variables. */
export interface Graphql {
  readonly source: string;
  readonly document: GraphqlDocument;
  readonly variables: ReadonlyMap<string, Formula>;
}

const excluded = ["method", "query", "body", "body_type", "response_type", "batch"] as const;

/** The document of an operation that has one. Reports what is wrong with it; `undefined` too where there is none. */
export function graphqlOf({
  operation,
  tree,
  location,
  report,
}: Definition<ApiSettings, ApiOperation>): Graphql | undefined {
  const source = operation.graphql ?? operation.graphql_file;
  const entries = tree.kind === "mapping" ? tree.entries : new Map<string, never>();
  const placeOf = (key: string) => entries.get(key)?.keyLocation ?? location;
  const refuse = (reason: string, key: string) =>
    report.add("CONFIG_VALUE_INVALID", { reason }, placeOf(key));
  if (source === undefined) {
    if (entries.has("variables") && !entries.has("graphql") && !entries.has("graphql_file")) {
      refuse("Only a GraphQL document has variables.", "variables");
    }
    return undefined;
  }
  const key = operation.graphql === undefined ? "graphql_file" : "graphql";
  if (operation.graphql !== undefined && operation.graphql_file !== undefined) {
    return refuse("A document stands in `graphql` or in `graphql_file`, not in both.", "graphql_file");
  }
  for (const other of excluded) {
    if (entries.has(other))
      refuse(`A GraphQL operation has no \`${other}\`: it is a POST of the document.`, other);
  }
  const { document, fault } = readGraphql(source);
  if (fault !== undefined) return refuse(fault, key);
  const variables = operation.variables ?? noFormulas;
  checkVariables(document, variables, operation, refuse, key);
  return { source, document, variables };
}

function checkVariables(
  document: GraphqlDocument,
  written: ReadonlyMap<string, Formula>,
  { paging }: ApiOperation,
  refuse: (reason: string, key: string) => undefined,
  documentKey: string,
): void {
  const known = [...document.variables.keys()];
  const given = [...written.keys(), ...(paging?.by === "cursor" ? [paging.param] : [])];
  for (const name of given) {
    if (document.variables.has(name)) continue;
    const near = nearest(name, known);
    const hint = near === undefined ? "" : ` Did you mean "${near}"?`;
    refuse(`The document has no variable "$${name}".${hint}`, "variables");
  }
  for (const [name, { isRequired }] of document.variables) {
    if (isRequired && !given.includes(name))
      refuse(`The variable "$${name}" of the document needs a value.`, documentKey);
  }
}

/** The `data` of an answer. Throws SOURCE_FAILED where it has errors, whatever data stands beside them. */
export function graphqlData(answer: JsonValue): JsonValue {
  if (!isJsonObject(answer)) return answer;
  const { errors = null, data = null } = answer;
  if (errors === null || (isJsonList(errors) && errors.length === 0)) return data;
  throw failure("SOURCE_FAILED", {}, { cause: new Error(describeErrors(errors)) });
}

/** For the log alone: how many there are, and the code, the path and the words of the first. */
function describeErrors(errors: JsonValue): string {
  const list = isJsonList(errors) ? errors : [errors];
  const first = isJsonObject(list[0] ?? null) ? (list[0] as JsonObject) : {};
  const { extensions = null, path = null, message = null } = first;
  const code = isJsonObject(extensions) ? extensions["code"] : undefined;
  const words = [
    `${list.length} GraphQL ${list.length === 1 ? "error" : "errors"}`,
    typeof code === "string" ? code.slice(0, 60) : "",
    isJsonList(path) ? `at ${path.map(String).join(".").slice(0, 100)}` : "",
    typeof message === "string" ? message.slice(0, 200) : "",
  ];
  return words.filter((word) => word !== "").join(": ");
}
