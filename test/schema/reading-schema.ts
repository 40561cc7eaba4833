import { readYaml } from "../../src/config/reading/yaml-tree.js";
import { Report } from "../../src/problems/report.js";
import type { CheckContext, Schema } from "../../src/schema/schema.js";
import type { ScalarTree, Tree } from "../../src/schema/tree.js";

export interface Read<T> {
  readonly value: T | undefined;
  /** Each problem as `column CODE message`. */
  readonly problems: readonly string[];
  readonly usedVariables: readonly string[];
}

/** Holds the value of `v: …`, as YAML, to a schema. */
export function read<T>(schema: Schema<T>, yaml: string, environment: Record<string, string> = {}): Read<T> {
  return readTree(schema, treeOf(yaml), environment);
}

/** As `read`, of a text that came from a variable and is nothing else. */
export function readVariable<T>(schema: Schema<T>, value: string, more: Partial<ScalarTree> = {}): Read<T> {
  const tree = treeOf(JSON.stringify(value)) as ScalarTree;
  return readTree(schema, { ...tree, isVariable: true, variables: ["NAME"], written: "${NAME}", ...more });
}

export function treeOf(yaml: string): Tree {
  const tree = readYaml(`v: ${yaml}`, "it.yaml", new Report())!;
  return tree.entries.get("v")!.value;
}

export function readTree<T>(
  schema: Schema<T>,
  tree: Tree,
  environment: Record<string, string> = {},
): Read<T> {
  const report = new Report();
  const usedVariables = new Set<string>();
  const context: CheckContext = {
    report,
    readText: () => "",
    env: (name) => environment[name],
    usedVariables,
  };
  const value = schema.check(tree, context);
  const problems = report
    .sorted()
    .map(({ code, message, location }) => `${location?.column} ${code} ${message}`);
  return { value, problems, usedVariables: [...usedVariables] };
}
