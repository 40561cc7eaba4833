import type { Definition } from "../../contracts/source.js";
import type { Returns } from "./dialect.js";
import type { DatabaseOperation } from "./operation.js";
import type { Statement } from "./statement.js";

/** For a query that reads one row by a key: how its batch form is written. */
export function batchAdvice(
  { operationName }: Pick<Definition<unknown, DatabaseOperation>, "operationName">,
  { text, parameters }: Statement,
  { effect, returns }: { readonly effect: "read" | "write"; readonly returns: Returns },
): string | undefined {
  const name = parameters[0]?.name;
  if (effect !== "read" || name === undefined || (returns !== "one" && returns !== "value")) return undefined;
  const comparison = new RegExp(String.raw`([\w.]+)\s*=\s*:${name}\b`);
  const column = comparison.exec(text)?.[1];
  const list = `${name}s`;
  const query =
    column === undefined
      ? `SELECT … WHERE … IN (:${list})`
      : text.replace(comparison, `${column} IN (:${list})`).replace(/\s+/g, " ").trim();
  const key = column?.split(".").at(-1) ?? "…";
  const form = `batch: { query: "${query}", params: { ${list}: ${name} }, key: ${key} }`;
  return `Give "${operationName}" a batch form, with which all of them are one query: \`${form}\`.`;
}
