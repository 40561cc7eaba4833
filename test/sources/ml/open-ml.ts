import { readYaml } from "../../../src/config/reading/yaml-tree.js";
import type { Prepared, Source } from "../../../src/contracts/source.js";
import { nodeHost } from "../../../src/host/node-host.js";
import { Report } from "../../../src/problems/report.js";
import type { MappingTree } from "../../../src/schema/tree.js";
import { mlSource } from "../../../src/sources/ml/ml-source-type.js";

/** A source that is one model, from its YAML, and the call of a step that gives it features. */
export async function openMl(yaml: string): Promise<{ readonly source: Source; readonly call: Prepared }> {
  const report = new Report();
  const host = nodeHost({});
  const tree = readYaml(yaml, "ml_config.yaml", report)!;
  const around = { report, env: (name: string) => host.env(name) };
  const settings = mlSource.settings.check(tree, {
    ...around,
    readText: () => "",
    usedVariables: new Set(),
  })!;
  const definition = {
    ...{ sourceName: "default", settings, tree, ...around, sourcesOf: () => [] },
    projectFolder: "/",
    readFile: (path: string) => host.files.read(path),
  };
  mlSource.checkSource!(definition);
  const params = readYaml("features: $request", "models.yaml", report) as MappingTree;
  const step = { stepName: "score", params, formulas: new Map(), maxAge: undefined };
  const call = mlSource.step!.prepare({ ...definition, ...step });
  if (call === undefined || report.errorCount > 0) throw new Error(JSON.stringify(report.sorted()));
  const source = await mlSource.open({
    ...{ name: "ml.default", settings, host, projectFolder: "/", isMocked: false },
    log: () => undefined,
  });
  return { source: source as Source, call };
}
