import { openapiDocument } from "../../server/openapi/openapi.js";
import type { ExportOptions } from "../define-export-commands.js";
import { openProject } from "../open-project.js";
import { asJson, exitCodes, type ExitCode, type Shell } from "../shell.js";
import { writeJson } from "../write-output.js";

/** Prints the OpenAPI document of a project, or writes it to a file. */
export function exportOpenapi(options: ExportOptions, shell: Shell): ExitCode {
  const document = openapiDocument(openProject(options, shell).config);
  if (options.output === undefined) shell.result(asJson(document));
  else writeJson(options.output, document, shell);
  return exitCodes.fine;
}
