import { resolve } from "node:path";
import { OrchestratorError } from "../../problems/orchestrator-error.js";
import type { Located } from "../../schema/scalars.js";
import type { ConfigFile } from "../config-file.js";
import type { TlsConfig } from "../model.js";
import type { ProjectContext } from "./check-context.js";

/** `server.tls`, whose files must be there and hold what they are to hold. */
export function checkTls(
  tls: ConfigFile["server"]["tls"],
  projectFolder: string,
  context: ProjectContext,
): TlsConfig | undefined {
  if (tls === undefined) return undefined;
  const { cert_file: cert, key_file: key, min_version: minVersion } = tls;
  checkPem(cert, /-----BEGIN (TRUSTED )?CERTIFICATE-----/, "no certificate in PEM", context);
  checkPem(key, /-----BEGIN ([A-Z]+ )?PRIVATE KEY-----/, "no private key in PEM", context);
  return {
    certFile: resolve(projectFolder, cert.value),
    keyFile: resolve(projectFolder, key.value),
    minVersion,
  };
}

function checkPem(
  { value: path, location }: Located<string>,
  marker: RegExp,
  missing: string,
  { readText, report }: ProjectContext,
): void {
  try {
    if (!marker.test(readText(path)))
      report.add("CERTIFICATE_UNUSABLE", { path, reason: `it holds ${missing}` }, location);
  } catch (error) {
    if (!(error instanceof OrchestratorError)) throw error;
    report.addProblem({ ...error.problem, location });
  }
}
