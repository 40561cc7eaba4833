import type { JsonObject, JsonValue } from "../../expression/value.js";
import { isJsonList } from "../../expression/value.js";
import { failure, type OrchestratorError } from "../../problems/orchestrator-error.js";
import { converterFor, Misfit, type BoundValue, type ParameterType } from "./parameter-type.js";

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

/** How a dialect takes values. `Value` is all that its driver is given. */
export interface ValueForms<Value> {
  /** Whether decimal digits are bound as text, since the database takes them exactly. */
  readonly hasExactDecimals: boolean;
  /** A value that is no list. */
  single(value: BoundValue, type: ParameterType | undefined): Value;
  /** The items of an `IN ( )`, none of which is null. */
  list(items: readonly BoundValue[], type: ParameterType | undefined): Value;
}

/** Turns the parameters of a call into values, in the order of their placeholders. Decided once, when loading. */
export type Bind<Value> = (parameters: JsonObject) => readonly Value[] | OrchestratorError;

export function bindingsOf<Value>(bindings: readonly Binding[], forms: ValueForms<Value>): Bind<Value> {
  const binders = bindings.map((binding) => binderOf(binding, forms));
  return (parameters) => {
    const values: Value[] = [];
    for (const bind of binders) {
      const value = bind(parameters);
      if (value instanceof Error) return value;
      values.push(value);
    }
    return values;
  };
}

/** The conversion for one place of a query. */
export function bindingConverter<Value>(
  { rule: { type }, isList }: Binding,
  forms: ValueForms<Value>,
): (value: JsonValue) => Value | Misfit {
  const convert = converterFor(type, forms.hasExactDecimals);
  if (isList) return listConverter(convert, (items) => forms.list(items, type));
  return (value) => {
    const bound = convert(value);
    return bound instanceof Misfit ? bound : forms.single(bound, type);
  };
}

function binderOf<Value>(
  binding: Binding,
  forms: ValueForms<Value>,
): (parameters: JsonObject) => Value | OrchestratorError {
  const { name, type, whenNull } = binding.rule;
  const convert = bindingConverter(binding, forms);
  return (parameters) => {
    const value = (Object.hasOwn(parameters, name) ? parameters[name] : null) ?? whenNull;
    if (value === undefined) return failure("PARAMETER_NULL", { name }, { wasSent: false });
    if (value === null) return binding.isList ? forms.list([], type) : forms.single(null, type);
    const bound = convert(value);
    if (!(bound instanceof Misfit)) return bound;
    return failure("PARAMETER_INVALID", { name, reason: bound.reason }, { wasSent: false });
  };
}

/** A single value is a list of one. */
function listConverter<Value>(
  convert: (value: JsonValue) => BoundValue | Misfit,
  form: (items: readonly BoundValue[]) => Value,
): (value: JsonValue) => Value | Misfit {
  return (value) => {
    const items: BoundValue[] = [];
    const given = isJsonList(value) ? value : [value];
    for (const [index, item] of given.entries()) {
      const bound = item === null ? new Misfit("it is null") : convert(item);
      if (bound instanceof Misfit) return new Misfit(`item ${index + 1} of the list: ${bound.reason}`);
      items.push(bound);
    }
    return form(items);
  };
}
