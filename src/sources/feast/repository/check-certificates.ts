import { isAbsolute, posix } from "node:path";
import { pemFault } from "../../../connections/http/pem-fault.js";
import type { SourceDefinition } from "../../../contracts/source.js";
import { OrchestratorError } from "../../../problems/orchestrator-error.js";
import type { CertificateFiles } from "./repository-notes.js";

/** The files of certificates that a `feature_store.yaml` names are there, and are what they should be. */
export function checkCertificates(
  connections: readonly CertificateFiles[],
  folder: string,
  file: string,
  { readFile, report }: Pick<SourceDefinition<unknown>, "readFile" | "report">,
): void {
  for (const files of connections) {
    const texts = new Map<string, string>();
    for (const [kind, { path, place }] of Object.entries(files)) {
      try {
        const found = readFile(isAbsolute(path) ? path : posix.join(folder, path));
        texts.set(kind, new TextDecoder().decode(found));
      } catch (error) {
        if (!(error instanceof OrchestratorError)) throw error;
        report.addProblem({ ...error.problem, location: { file, ...place } });
      }
    }
    const [first] = Object.values(files);
    const fault = pemFault(Object.fromEntries(texts));
    if (first === undefined || fault === undefined) continue;
    const reason = `its certificates cannot be used: ${fault}`;
    report.add("FEAST_REPOSITORY_INVALID", { file, reason }, { file, ...first.place });
  }
}
