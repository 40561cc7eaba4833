import type { Prepared } from "../../contracts/source.js";
import { isJsonList, isJsonObject, type JsonObject, type JsonValue } from "../../expression/value.js";
import { OrchestratorError } from "../../problems/orchestrator-error.js";
import type { Location } from "../../problems/location.js";
import { Report } from "../../problems/report.js";
import type { Tree } from "../../schema/tree.js";
import type { ConfiguredSource } from "../model.js";
import { valueTree } from "../reading/value-tree.js";

/**
 * An operation that stands in no file, as a source makes one for another. Throws an OrchestratorError with what is
 * wrong in it.
 */
export function prepareOperation(
  { type, name, settings, location }: ConfiguredSource,
  written: JsonObject,
): Prepared {
  const report = new Report();
  const tree = treeOf(written, location);
  const operation = type.operation.check(tree, {
    report,
    readText: () => "",
    env: () => undefined,
    usedVariables: new Set(),
  });
  const facts = { sourceName: name, operationName: "fallback", settings, tree, location, report };
  const call = operation === undefined ? undefined : type.prepare({ ...facts, operation });
  if (call !== undefined) return call;
  const problems = report.sorted();
  throw new OrchestratorError(problems[0]!, undefined, problems);
}

function treeOf(value: JsonValue, location: Location): Tree {
  if (isJsonList(value))
    return { kind: "list", items: value.map((item) => treeOf(item, location)), location };
  if (!isJsonObject(value)) return valueTree(value as string | number | boolean | null, location);
  const entries = Object.entries(value).map(
    ([key, member]) => [key, { keyLocation: location, value: treeOf(member, location) }] as const,
  );
  return { kind: "mapping", entries: new Map(entries), location };
}
