import { join } from "node:path";
import { editorSchema, fileKinds } from "../../config/file-schemas.js";
import { nameHint } from "../../problems/nearest.js";
import { failure } from "../../problems/orchestrator-error.js";
import { builtInSources } from "../../service.js";
import type { ExportSchemaOptions } from "../define-export-commands.js";
import { asJson, exitCodes, type ExitCode, type Shell } from "../shell.js";
import { writeJson } from "../write-output.js";

/** Prints the JSON Schema of one kind of file, or of all by kind; or writes one file for each kind to a folder. */
export function exportSchema(
  kind: string | undefined,
  { output }: ExportSchemaOptions,
  shell: Shell,
): ExitCode {
  const kinds = fileKinds(builtInSources);
  const names = kinds.map(({ name }) => name);
  if (kind !== undefined && !names.includes(kind)) {
    const reason = `There is no kind of file "${kind}". ${nameHint(kind, names) ?? ""}`;
    throw failure("COMMAND_USAGE", { reason, command: "orchestrator-api export schema" });
  }
  const wanted = kinds.filter(({ name }) => kind === undefined || name === kind);
  const schemas = wanted.map((each) => [each.name, editorSchema(each)] as const);
  if (output !== undefined) {
    for (const [name, schema] of schemas) writeJson(join(output, `${name}.schema.json`), schema, shell);
  } else {
    shell.result(asJson(kind === undefined ? Object.fromEntries(schemas) : schemas[0]![1]));
  }
  return exitCodes.fine;
}
