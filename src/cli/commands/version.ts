import type { VersionOptions } from "../define-commands.js";
import { packageVersion } from "../../host/package-version.js";
import { asJson, exitCodes, type ExitCode, type Shell } from "../shell.js";

export function version(options: VersionOptions, shell: Shell): ExitCode {
  const own = packageVersion();
  shell.result(
    options.json === true
      ? asJson({ version: own, node: process.versions.node, platform: `${process.platform}-${process.arch}` })
      : own,
  );
  return exitCodes.fine;
}
