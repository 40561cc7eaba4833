import { createHash } from "node:crypto";
import type { Definition, Parameter } from "../../contracts/source.js";
import type { JsonObject } from "../../expression/value.js";
import { bindingConverter, bindingsOf, type ParameterRule } from "./binding.js";
import { batchAdvice } from "./batch-advice.js";
import { prepareBatch } from "./batch-form.js";
import type { DatabaseCall, Dialect, Returns } from "./dialect.js";
import type { DatabaseOperation } from "./operation.js";
import { Misfit } from "./parameter-type.js";
import type { DatabaseSettings } from "./settings.js";
import { sentText } from "./sent-text.js";
import { child, keyPlace, oneStatement, theQuery } from "./read-query.js";
import type { Statement } from "./statement.js";

type DatabaseDefinition = Definition<DatabaseSettings, DatabaseOperation>;

/** Decides all that can be decided of an operation without a database: its text, its parameters, its effect. */
export function prepareOperation<SentStatement, Value>(
  definition: DatabaseDefinition,
  dialect: Dialect<SentStatement, Value>,
): DatabaseCall<SentStatement, Value> | undefined {
  const query = theQuery(definition, definition.operation);
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
  const batch = prepareBatch(definition, { effect, returns, rules }, dialect);
  if (batch === "wrong") return undefined;
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
    batch,
    batchAdvice: batch === undefined ? batchAdvice(definition, statement, { effect, returns }) : undefined,
  };
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
