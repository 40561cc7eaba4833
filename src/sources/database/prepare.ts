import { createHash } from "node:crypto";
import type { Definition, Parameter } from "../../contracts/source.js";
import type { JsonObject } from "../../expression/value.js";
import type { Location } from "../../problems/location.js";
import type { Tree } from "../../schema/tree.js";
import { bindingConverter, bindingsOf, type ParameterRule } from "./binding.js";
import type { DatabaseCall, Dialect, Returns } from "./dialect.js";
import type { DatabaseOperation, QueryText } from "./operation.js";
import { Misfit } from "./parameter-type.js";
import type { DatabaseSettings } from "./settings.js";
import { sentText } from "./sent-text.js";
import { readStatement, type Statement } from "./statement.js";

type DatabaseDefinition = Definition<DatabaseSettings, DatabaseOperation>;

/** Decides all that can be decided of an operation without a database: its text, its parameters, its effect. */
export function prepareOperation<SentStatement, Value>(
  definition: DatabaseDefinition,
  dialect: Dialect<SentStatement, Value>,
): DatabaseCall<SentStatement, Value> | undefined {
  const query = theQuery(definition);
  const statement = query && oneStatement(query, definition, dialect);
  if (query === undefined || statement === undefined) return undefined;
  const checks = [
    checkParameters(definition, statement, dialect),
    checkEffect(definition, statement),
    checkReturns(definition, statement),
  ];
  if (checks.includes(false)) return undefined;
  const { operation, operationName } = definition;
  const effect = operation.effect ?? statement.effect;
  const returns = operation.returns ?? (statement.hasRows ? "many" : "none");
  const { verb, insertsInto } = statement;
  const rules = rulesOf(operation, statement);
  const sent = sentText(query, statement, rules, dialect);
  const key = shapeKey(operationName, sent.text, returns);
  const parameterTypes = sent.bindings.map(({ rule, isList }) => (isList ? "list" : rule.type));
  const shape = { effect, returns, maxRows: operation.max_rows, verb, insertsInto, parameterTypes };
  return {
    effect,
    parameters: [...rules.values()].map(({ name, whenNull }): Parameter => ({
      name,
      isRequired: whenNull === undefined,
    })),
    shape: changeShape(returns) ?? definition.learned?.(key),
    shapeKey: operation.validate ? key : undefined,
    returns,
    operationName,
    statement: dialect.statement(sent.text, shape),
    bind: bindingsOf(sent.bindings, dialect.values),
    sent,
  };
}

/** A key that is written but wrong has been reported, and is missing from `operation`. */
function theQuery({ operation, tree, location, report }: DatabaseDefinition): QueryText | undefined {
  const [inPlace, inFile] = [keyPlace(tree, "query"), keyPlace(tree, "query_file")];
  if (inPlace && inFile)
    return report.add("CONFIG_KEYS_EXCLUSIVE", { keys: ["query", "query_file"] }, inFile);
  if (inPlace || inFile) return operation.query ?? operation.query_file;
  return report.add("CONFIG_KEY_MISSING", { key: "query", example: "SELECT …" }, location, {
    hint: "Add `query: SELECT …`, or `query_file:` with the path of a file.",
  });
}

function oneStatement(
  query: QueryText,
  { report }: DatabaseDefinition,
  dialect: Pick<Dialect<unknown, unknown>, "lexis" | "sessionVerbs" | "onlyReads">,
): Statement | undefined {
  const statement = readStatement(query.text, dialect.lexis);
  if ("reason" in statement) {
    const { reason, start, end } = statement;
    return report.add("QUERY_SYNTAX", { reason }, query.locate(start, end));
  }
  if ("secondAt" in statement) {
    const { start, end } = statement.secondAt;
    return report.add("QUERY_STATEMENTS_MANY", {}, query.locate(start, end));
  }
  if (dialect.sessionVerbs.has(statement.verb)) {
    const reason = `${statement.verb} changes the connection for the calls after it, so it cannot be an operation.`;
    return report.add("CONFIG_VALUE_INVALID", { reason }, query.location);
  }
  if (dialect.onlyReads === true && statement.effect === "write") {
    const reason = `${statement.verb} is no read, and a source of this kind only reads.`;
    return report.add("CONFIG_VALUE_INVALID", { reason }, query.location);
  }
  return statement;
}

function checkParameters<Value>(
  { operation, tree, report }: DatabaseDefinition,
  statement: Statement,
  dialect: Dialect<unknown, Value>,
): boolean {
  const used = new Set(statement.parameters.map(({ name }) => name));
  const params = child(tree, "params");
  let isFine = true;
  for (const [name, declared] of operation.params ?? []) {
    if (!used.has(name)) {
      isFine = false;
      report.add("QUERY_PARAMETER_UNUSED", { name, known: [...used] }, keyPlace(params, name));
    }
    const fallback = declared.default?.value ?? null;
    const places = fallback === null ? [] : statement.parameters.filter((place) => place.name === name);
    const misfit = places
      .map(({ list }) => {
        const rule = { name, type: declared.type, whenNull: undefined };
        return bindingConverter({ rule, isList: list !== undefined }, dialect.values)(fallback);
      })
      .find((bound) => bound instanceof Misfit);
    if (misfit === undefined) continue;
    isFine = false;
    const reason = `This default cannot be used: ${misfit.reason}.`;
    report.add("CONFIG_VALUE_INVALID", { reason }, keyPlace(child(params, name), "default"));
  }
  return isFine;
}

const alwaysWrites = new Set(["INSERT", "REPLACE", "UPDATE", "DELETE", "MERGE", "CREATE", "DROP", "ALTER"]);

function checkEffect({ operation, tree, report }: DatabaseDefinition, { verb }: Statement): boolean {
  if (operation.effect !== "read" || !alwaysWrites.has(verb)) return true;
  report.add("QUERY_EFFECT_WRONG", { verb }, keyPlace(tree, "effect"));
  return false;
}

function checkReturns({ operation, tree, report }: DatabaseDefinition, { hasRows }: Statement): boolean {
  const { returns } = operation;
  if (returns === undefined || returns === "none" || hasRows) return true;
  report.add("QUERY_RETURNS_WRONG", { returns }, keyPlace(tree, "returns"));
  return false;
}

function rulesOf(
  operation: DatabaseOperation,
  { parameters }: Statement,
): ReadonlyMap<string, ParameterRule> {
  return new Map(
    parameters.map(({ name }) => {
      const declared = operation.params?.get(name);
      const whenNull = declared?.default?.value ?? (declared?.required === false ? null : undefined);
      return [name, { name, type: declared?.type, whenNull }];
    }),
  );
}

/** Another text, or another form of the answer, is another key. */
function shapeKey(operationName: string, text: string, returns: Returns): string {
  return `${operationName} ${createHash("sha256").update(`${returns} ${text}`).digest("hex").slice(0, 16)}`;
}

/** Rows are known only to the database; the answer of a change always has the same fields. */
function changeShape(returns: Returns): JsonObject | undefined {
  if (returns !== "none") return undefined;
  return {
    type: "object",
    properties: {
      affected_rows: { type: "integer" },
      last_insert_id: { type: ["integer", "string", "null"] },
    },
    required: ["affected_rows", "last_insert_id"],
    additionalProperties: false,
  };
}

function child(tree: Tree | undefined, key: string): Tree | undefined {
  return tree?.kind === "mapping" ? tree.entries.get(key)?.value : undefined;
}

function keyPlace(tree: Tree | undefined, key: string): Location | undefined {
  return tree?.kind === "mapping" ? tree.entries.get(key)?.keyLocation : undefined;
}
