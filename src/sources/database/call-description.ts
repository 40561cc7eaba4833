import type { StatementDescription, StatementRefusal } from "../../connections/sql/sql-database.js";
import type { CallDescription } from "../../contracts/source.js";
import type { JsonObject } from "../../expression/value.js";
import { problem, type Problem } from "../../problems/problem.js";
import type { DatabaseCall, Returns } from "./dialect.js";

/** What a database says of an operation, with the places of what is wrong in it. */
export function callDescription(
  { sent, returns, keyColumns = [] }: DatabaseCall,
  found: StatementDescription | StatementRefusal,
): CallDescription {
  if ("reason" in found) {
    const { reason, hint, place } = found;
    const location = sent.locate(place?.start ?? 0, place?.end ?? 1);
    const more = hint === undefined ? { location } : { location, hint };
    return { problems: [problem("QUERY_REFUSED", { reason }, more)], shape: undefined };
  }
  const problems = [...parameterProblems(sent, found), ...keyProblems(sent, keyColumns, found)];
  return { problems, shape: shapeOf(returns, found) };
}

/** Rows of a batch form say by their key whose they are. */
function keyProblems(
  sent: DatabaseCall["sent"],
  keyColumns: readonly string[],
  { columns }: StatementDescription,
): readonly Problem[] {
  const names = columns.map(({ name }) => name);
  return keyColumns
    .filter((key) => !names.includes(key))
    .map((key) => {
      const reason = `its rows have no column "${key}", the \`key\` of this batch form`;
      return problem("QUERY_REFUSED", { reason }, { location: sent.locate(0, 1) });
    });
}

/** A parameter that is declared as text takes anything, also what the database then refuses. */
function parameterProblems(
  sent: DatabaseCall["sent"],
  { parameters }: StatementDescription,
): readonly Problem[] {
  return sent.bindings.flatMap(({ rule, isList }, index) => {
    const wanted = parameters[index];
    if (isList || rule.type !== "string" || wanted === undefined || wanted === "other") return [];
    const facts = { name: rule.name, declared: rule.type, wanted };
    return [problem("QUERY_PARAMETER_TYPE", facts, { location: sent.locate(0, 1) })];
  });
}

function shapeOf(returns: Returns, { columns }: StatementDescription): JsonObject | undefined {
  if (returns === "none" || columns.length === 0) return undefined;
  if (returns === "value") return columns[0]!.schema;
  const row = {
    properties: Object.fromEntries(columns.map(({ name, schema }) => [name, schema])),
    required: columns.map(({ name }) => name),
    additionalProperties: false,
  };
  return returns === "one"
    ? { type: ["object", "null"], ...row }
    : { type: "array", items: { type: "object", ...row } };
}
