import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { nodeHost } from "../../host/node-host.js";
import { failure } from "../../problems/orchestrator-error.js";
import type { ImportOpenapiOptions } from "../define-commands.js";
import { readOpenapi } from "../openapi-import/document.js";
import { withVariables } from "../openapi-import/env-example.js";
import { importSource } from "../openapi-import/import-source.js";
import { writeSource } from "../openapi-import/write-source.js";
import { exitCodes, type ExitCode, type Shell } from "../shell.js";

/** Makes an API source of an OpenAPI document, beside those that the project has. */
export function importOpenapi(file: string, options: ImportOpenapiOptions, shell: Shell): ExitCode {
  const { source: name, output, configPath } = options;
  if (name !== undefined && !/^[A-Za-z][A-Za-z0-9_-]*$/.test(name)) {
    const reason = `"${name}" cannot be the name of a source: names have letters, digits, "_" and "-".`;
    throw failure("COMMAND_USAGE", { reason, command: "orchestrator-api import openapi" });
  }
  const source = importSource(readOpenapi(readText(resolve(shell.workingFolder, file)), file), name);
  for (const remark of source.remarks) shell.remark(remark);
  if (output === "-") {
    shell.result(writeSource("", file, source).text.trimEnd());
    return exitCodes.fine;
  }
  const config = resolve(shell.workingFolder, configPath ?? "config");
  const target = output === undefined ? sourcesFile(config) : resolve(shell.workingFolder, output);
  const shown = relative(shell.workingFolder, target);
  const written = writeSource(existsSync(target) ? readText(target) : "", shown, source);
  write(target, written.text);
  addVariables(join(dirname(config), ".env.example"), source.variables, shell);
  const kept = written.kept === 0 ? "" : `, ${written.kept} were there already and stay as they are`;
  shell.result(`${shown}: source "${source.name}": ${written.added} operations added${kept}`);
  return exitCodes.fine;
}

/** The global file of API sources, below `base` where there are environments. */
function sourcesFile(config: string): string {
  const base = existsSync(join(config, "base")) ? join(config, "base") : config;
  const [yaml, yml] = ["yaml", "yml"].map((ending) => join(base, "integrations", `api_sources.${ending}`));
  return existsSync(yml!) ? yml! : yaml!;
}

function addVariables(path: string, variables: readonly string[], shell: Shell): void {
  const before = existsSync(path) ? readText(path) : "";
  const after = withVariables(before, variables);
  if (after === before) return;
  write(path, after);
  shell.remark(
    `Set in .env: ${variables.join(", ")}. They were added to ${relative(shell.workingFolder, path)}.`,
  );
}

function readText(path: string): string {
  return new TextDecoder().decode(nodeHost().files.read(path));
}

function write(path: string, text: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw failure("FILE_UNWRITABLE", { path, reason }, { cause: error });
  }
}
