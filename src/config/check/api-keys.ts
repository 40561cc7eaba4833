import { OrchestratorError } from "../../problems/orchestrator-error.js";
import type { Located } from "../../schema/scalars.js";
import { apiKeysFile } from "../api-keys-file.js";
import type { StoredApiKey } from "../model.js";
import { readYaml } from "../reading/yaml-tree.js";
import type { ProjectContext } from "./check-context.js";

/** The keys of a file. One that is not there yet has none, so that nobody is let in. */
export function readApiKeys(file: Located<string>, context: ProjectContext): readonly StoredApiKey[] {
  const { report } = context;
  const text = readText(file, context);
  const tree = text === undefined ? undefined : readYaml(text, file.value, report);
  const read = tree === undefined ? undefined : apiKeysFile.check(tree, context);
  const seen = new Set<string>();
  return (read?.keys ?? []).map(({ name, sha256, roles, scopes }) => {
    if (seen.has(name.value)) {
      const reason = `Another key is called "${name.value}" too.`;
      report.add("CONFIG_VALUE_INVALID", { reason }, name.location);
    }
    seen.add(name.value);
    return { name: name.value, sha256, roles, scopes };
  });
}

function readText({ value: path, location }: Located<string>, context: ProjectContext): string | undefined {
  try {
    return context.readText(path);
  } catch (error) {
    if (!(error instanceof OrchestratorError)) throw error;
    if (error.code === "FILE_NOT_FOUND") return context.report.add("API_KEYS_ABSENT", { path }, location);
    return context.report.addProblem({ ...error.problem, location });
  }
}
