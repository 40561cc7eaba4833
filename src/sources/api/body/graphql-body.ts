import type { JsonValue } from "../../../expression/value.js";
import type { Graphql } from "../graphql.js";
import { missingValue } from "../wire-text.js";
import type { BuildBody } from "./compile-body.js";

/**
 * The document and its variables as JSON. A variable that is null is left out, so that its default holds; a required
 * one is refused. Throws PARAMETER_NULL.
 */
export function compileGraphqlBody({ source, document, variables }: Graphql): BuildBody {
  const head = JSON.stringify({
    query: source,
    ...(document.operationName === undefined ? {} : { operationName: document.operationName }),
  });
  const writers = [...variables].map(([name, formula]) => {
    const isRequired = document.variables.get(name)?.isRequired === true;
    return { name, evaluate: formula.compile(), isRequired };
  });
  return (scope) => {
    const values: Record<string, JsonValue> = {};
    for (const { name, evaluate, isRequired } of writers) {
      const value = evaluate(scope);
      if (value !== null) values[name] = value;
      else if (isRequired) throw missingValue(name);
    }
    return `${head.slice(0, -1)},"variables":${JSON.stringify(values)}}`;
  };
}
