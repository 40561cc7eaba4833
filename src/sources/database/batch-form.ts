import { keyedBatch, type KeyPart } from "../../connections/batch/keyed-batch.js";
import type { Batch, Definition } from "../../contracts/source.js";
import type { JsonObject, JsonValue } from "../../expression/value.js";
import type { Location } from "../../problems/location.js";
import { bindingsOf, type ParameterRule } from "./binding.js";
import type { DatabaseCall, Dialect, Returns } from "./dialect.js";
import type { DatabaseBatch, DatabaseOperation } from "./operation.js";
import { converterFor, Misfit } from "./parameter-type.js";
import { child, keyPlace, oneStatement, theQuery } from "./read-query.js";
import { sentText } from "./sent-text.js";
import type { DatabaseSettings } from "./settings.js";
import type { Statement } from "./statement.js";

type DatabaseDefinition = Definition<DatabaseSettings, DatabaseOperation>;

/** What is settled of the operation whose calls become one. */
export interface SingleCall {
  readonly effect: "read" | "write";
  readonly returns: Returns;
  readonly rules: ReadonlyMap<string, ParameterRule>;
}

/** The `batch` of an operation; `undefined` where it has none, `wrong` where that has been reported. */
export function prepareBatch<SentStatement, Value>(
  definition: DatabaseDefinition,
  single: SingleCall,
  dialect: Dialect<SentStatement, Value>,
): Batch | "wrong" | undefined {
  const { operation, operationName, tree, location, report } = definition;
  const { batch } = operation;
  const written = child(tree, "batch");
  if (batch === undefined || written === undefined) return undefined;
  const place = { tree: written, location: keyPlace(tree, "batch") ?? location, report };
  const query = theQuery(place, batch);
  const statement = query && oneStatement(query, place, dialect);
  if (query === undefined || statement === undefined) return "wrong";
  const problems = [...faultsOfCall(single, statement, place.location), ...faultsOfKeys(batch, place)].concat(
    faultsOfParameters(batch, single, statement, place),
  );
  for (const { reason, hint, at } of problems) report.add("CONFIG_VALUE_INVALID", { reason }, at, { hint });
  if (problems.length > 0) return "wrong";
  const rules = rulesOf(batch, single, statement);
  const sent = sentText(query, statement, rules, dialect);
  const shape = {
    effect: "read",
    returns: "many",
    maxRows: operation.max_rows,
    verb: statement.verb,
    insertsInto: undefined,
    parameterTypes: sent.bindings.map(({ rule, isList }) => (isList ? ("list" as const) : rule.type)),
  } as const;
  const call: DatabaseCall<SentStatement, Value> = {
    effect: "read",
    parameters: [...rules.values()].map(({ name }) => ({ name, isRequired: false })),
    returns: "many",
    operationName,
    statement: dialect.statement(sent.text, shape),
    bind: bindingsOf(sent.bindings, dialect.values),
    sent,
    keyColumns: batch.key,
  };
  const keys = [...batch.params].map(([list, parameter], index) =>
    keyPart(list, single.rules.get(parameter)!, batch.key[index]!),
  );
  return keyedBatch({
    call,
    maxSize: batch.max_size,
    keys,
    common: [...rules.keys()].filter((name) => !batch.params.has(name)),
    valueOf: valueOf(single.returns, operation.max_rows, batch.key),
  });
}

interface Fault {
  readonly reason: string;
  readonly hint?: string | undefined;
  readonly at: Location | undefined;
}

interface Place {
  readonly tree: DatabaseDefinition["tree"];
  readonly location: Location;
}

function faultsOfCall({ effect, returns }: SingleCall, statement: Statement, at: Location): Fault[] {
  if (effect === "write") return [{ reason: "Only a read has a batch form: writes happen one by one.", at }];
  if (statement.effect === "write") return [{ reason: `${statement.verb} is no read.`, at }];
  if (returns === "none") return [{ reason: "An operation that returns nothing has no batch form.", at }];
  return [];
}

function faultsOfKeys({ params, key }: DatabaseBatch, { tree }: Place): Fault[] {
  if (params.size === key.length && params.size > 0) return [];
  const reason = `\`key\` names ${key.length} columns and \`params\` ${params.size} lists: each list has its column.`;
  return [{ reason, at: keyPlace(tree, "key") }];
}

function faultsOfParameters(
  { params }: DatabaseBatch,
  { rules }: SingleCall,
  { parameters }: Statement,
  { tree }: Place,
): Fault[] {
  const atQuery = keyPlace(tree, "query") ?? keyPlace(tree, "query_file");
  const faults: Fault[] = [];
  for (const [list, parameter] of params) {
    const at = keyPlace(child(tree, "params"), list);
    const places = parameters.filter(({ name }) => name === list);
    const rule = rules.get(parameter);
    if (rule === undefined) {
      const known = [...rules.keys()].map((name) => `"${name}"`).join(", ");
      faults.push({ reason: `The operation has no parameter "${parameter}".`, hint: `It has ${known}.`, at });
    } else if (rule.type === "json") {
      faults.push({ reason: `"${parameter}" is of type json, which is no key.`, at });
    }
    if (rules.has(list)) {
      faults.push({ reason: `"${list}" is a parameter of the operation: a list has a name of its own.`, at });
    } else if (places.length === 0 || places.some((place) => place.list === undefined)) {
      const reason = `"${list}" is a list, which the query takes in \`IN (:${list})\` and nowhere else.`;
      faults.push({ reason, at });
    }
  }
  const taken = new Set(params.values());
  for (const name of new Set(parameters.map((place) => place.name))) {
    if (params.has(name) || (rules.has(name) && !taken.has(name))) continue;
    const reason = taken.has(name)
      ? `":${name}" is one value, and here are many.`
      : `":${name}" is neither a parameter of the operation nor under \`params\`.`;
    faults.push({ reason, at: atQuery });
  }
  const used = new Set(parameters.map(({ name }) => name));
  for (const name of rules.keys()) {
    if (taken.has(name) || used.has(name)) continue;
    const reason = `The parameter "${name}" of the operation is not used here, so it would change nothing.`;
    const hint = `Use \`:${name}\` in the query, or say under \`params\` which list takes it.`;
    faults.push({ reason, hint, at: atQuery });
  }
  return faults;
}

function rulesOf(
  { params }: DatabaseBatch,
  { rules }: SingleCall,
  { parameters }: Statement,
): ReadonlyMap<string, ParameterRule> {
  return new Map(
    parameters.map(({ name }) => {
      const single = params.get(name);
      if (single === undefined) return [name, rules.get(name)!];
      return [name, { name, type: rules.get(single)!.type, whenNull: undefined }];
    }),
  );
}

/** The values of one key are compared as they are bound. */
function keyPart(list: string, { name, type, whenNull }: ParameterRule, field: string): KeyPart {
  const convert = converterFor(type, true);
  const boundText = (value: JsonValue) => {
    const bound = convert(value);
    return bound instanceof Misfit ? undefined : String(bound);
  };
  return {
    parameter: name,
    list,
    field,
    whenNull,
    asked: boundText,
    found: (value) => boundText(value) ?? (typeof value === "object" ? JSON.stringify(value) : String(value)),
  };
}

/** Where there are more rows than a single call may have, that one says so. */
function valueOf(
  returns: Returns,
  maxRows: number,
  key: readonly string[],
): (rows: readonly JsonObject[]) => JsonValue | undefined {
  switch (returns) {
    case "many":
      return (rows) => (rows.length > maxRows ? undefined : rows);
    case "value":
      return ([row]) => (row === undefined ? null : firstValue(row, key));
    default:
      return (rows) => (rows.length > 1 ? undefined : (rows[0] ?? null));
  }
}

/** The first column beside the key; the first of all where there is no other. */
function firstValue(row: JsonObject, key: readonly string[]): JsonValue {
  const names = Object.keys(row);
  return row[names.find((name) => !key.includes(name)) ?? names[0]!] ?? null;
}
