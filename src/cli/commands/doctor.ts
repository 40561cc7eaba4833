import type { Problem } from "../../problems/problem.js";
import type { DoctorOptions } from "../define-commands.js";
import { finding, fine, note, type Diagnosis } from "../doctor/diagnosis.js";
import { examineCertificate } from "../doctor/examine-certificate.js";
import { examineFiles } from "../doctor/examine-files.js";
import { examineGit } from "../doctor/examine-git.js";
import { examineInstallation } from "../doctor/examine-installation.js";
import { examinePorts } from "../doctor/examine-ports.js";
import { examineSecrets } from "../doctor/examine-secrets.js";
import { examineSources } from "../doctor/examine-sources.js";
import { formatPlace } from "../format-problem.js";
import { secretMask } from "../mask-secrets.js";
import { readProject } from "../open-project.js";
import { asJson, exitCodes, type ExitCode, type Shell } from "../shell.js";

/** Looks at everything that may keep the service from working. Each finding comes with its remedy. */
export async function doctor(options: DoctorOptions, shell: Shell): Promise<ExitCode> {
  const { workingFolder } = shell;
  const { loaded, host, environment } = readProject(options, shell);
  const { config, projectFolder } = loaded;
  const diagnoses = [
    ...examineInstallation(),
    ...examineConfiguration(loaded.problems, workingFolder),
    ...(projectFolder === undefined ? [] : examineGit(projectFolder)),
    ...(projectFolder === undefined ? [] : examineSecrets(projectFolder, environment)),
    ...(config === undefined ? [] : examineFiles(config, workingFolder)),
    ...(config === undefined ? [] : examineCertificate(config)),
    ...(config === undefined ? [] : await examinePorts(config)),
    ...(config === undefined ? [] : await examineSources(loaded, host)),
  ];
  const found = diagnoses.filter(({ status }) => status === "finding").length;
  const mask = secretMask(environment);
  if (options.json === true) shell.result(mask(asJson({ findings: found, diagnoses })));
  else for (const each of diagnoses) shell.result(mask(format(each, shell)));
  shell.remark(found === 0 ? "Nothing to put right." : `${found} finding${found === 1 ? "" : "s"}.`);
  return found === 0 ? exitCodes.fine : exitCodes.failed;
}

function examineConfiguration(problems: readonly Problem[], workingFolder: string): readonly Diagnosis[] {
  if (problems.length === 0) return [fine("configuration", "The configuration has no problem.")];
  return problems.map(({ severity, code, message, hint, location }) => {
    const place = location === undefined ? "" : `${formatPlace(location, workingFolder)} `;
    const words = `${place}${code} ${message}`;
    return severity === "note"
      ? note("configuration", words, hint)
      : finding("configuration", words, hint ?? "`orchestrator-api check` shows the line.");
  });
}

function format({ area, status, message, remedy }: Diagnosis, { resultColours }: Shell): string {
  const { green, yellow, red } = resultColours;
  const paint = status === "fine" ? green : status === "note" ? yellow : red;
  const line = `${paint(status.padEnd(7))} ${area.padEnd(13)} ${message}`;
  return remedy === undefined ? line : `${line}\n${" ".repeat(22)}${remedy}`;
}
