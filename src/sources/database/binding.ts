import type { JsonObject, JsonValue } from "../../expression/value.js";
import { isJsonList } from "../../expression/value.js";
import { failure, type OrchestratorError } from "../../problems/orchestrator-error.js";
import { converterFor, Misfit, type BoundValue, type Convert, type ParameterType } from "./parameter-type.js";

/** What is known of one parameter of a query. */
export interface ParameterRule {
  readonly name: string;
  /** `undefined` where it is not declared: then it takes a text, a number or a boolean as it is. */
  readonly type: ParameterType | undefined;
  /** What is used for null and for a parameter that is left out; `undefined` where there is nothing to use. */
  readonly whenNull: JsonValue | undefined;
}

/** One placeholder of the query as it is sent. A parameter has two where it is used as a value and as a list. */
export interface Binding {
  readonly rule: ParameterRule;
  readonly isList: boolean;
}

/** Turns the parameters of a call into values, in the order of their placeholders. Decided once, when loading. */
export type Bind = (parameters: JsonObject) => readonly BoundValue[] | OrchestratorError;

export function bindingsOf(bindings: readonly Binding[]): Bind {
  const binders = bindings.map(binderOf);
  return (parameters) => {
    const values: BoundValue[] = [];
    for (const bind of binders) {
      const value = bind(parameters);
      if (value instanceof Error) return value;
      values.push(value);
    }
    return values;
  };
}

/** The conversion for one place of a query. */
export function bindingConverter(type: ParameterType | undefined, isList: boolean): Convert {
  return isList ? listConverter(converterFor(type)) : converterFor(type);
}

function binderOf({ rule, isList }: Binding): (parameters: JsonObject) => BoundValue | OrchestratorError {
  const { name, whenNull } = rule;
  const convert = bindingConverter(rule.type, isList);
  return (parameters) => {
    const value = (Object.hasOwn(parameters, name) ? parameters[name] : null) ?? whenNull;
    if (value === undefined) return failure("PARAMETER_NULL", { name }, { wasSent: false });
    if (value === null) return null;
    const bound = convert(value);
    if (!(bound instanceof Misfit)) return bound;
    return failure("PARAMETER_INVALID", { name, reason: bound.reason }, { wasSent: false });
  };
}

/** A list as one JSON text, so that one prepared statement serves every length. A single value is a list of one. */
function listConverter(convert: Convert): Convert {
  return (value) => {
    const texts: string[] = [];
    const items = isJsonList(value) ? value : [value];
    for (const [index, item] of items.entries()) {
      const bound = item === null ? new Misfit("it is null") : convert(item);
      if (bound instanceof Misfit) return new Misfit(`item ${index + 1} of the list: ${bound.reason}`);
      texts.push(typeof bound === "bigint" ? String(bound) : JSON.stringify(bound));
    }
    return `[${texts.join(",")}]`;
  };
}
