import { join, resolve } from "node:path";
import { parseEnv } from "node:util";
import { failure, OrchestratorError } from "../problems/orchestrator-error.js";
import { problem, type Problem } from "../problems/problem.js";
import { nodeHost } from "./node-host.js";

export interface LoadEnvOptions {
  /** The project folder, whose `.env` is read after that of the working directory. */
  readonly folder?: string | undefined;
  /** A file to read in place of both. */
  readonly file?: string | undefined;
  readonly workingFolder?: string | undefined;
  /** Where variables are set; those that it has already stay. By default the environment of the process. */
  readonly environment?: Record<string, string | undefined> | undefined;
}

/**
 * Reads `.env` of the working directory, then of the project folder, and sets what is not set yet; answers what it set.
 * Throws FILE_NOT_FOUND for a named file that does not exist, FILE_UNREADABLE, and ENVIRONMENT_LINE_INVALID (with all
 * such lines in `problems`) where a file cannot be understood; nothing is set then.
 */
export function loadEnv(options: LoadEnvOptions = {}): Record<string, string> {
  const environment = options.environment ?? process.env;
  const loaded: Record<string, string> = {};
  for (const text of readTexts(options)) {
    for (const [name, value] of Object.entries(parseEnv(text))) {
      if (environment[name] === undefined) loaded[name] ??= value ?? "";
    }
  }
  Object.assign(environment, loaded);
  return loaded;
}

function readTexts({ folder, file, workingFolder = process.cwd() }: LoadEnvOptions): string[] {
  if (file !== undefined) return [readEnvFile(resolve(workingFolder, file), file)];
  const folders = new Set([workingFolder, resolve(workingFolder, folder ?? ".")]);
  const { files } = nodeHost();
  return [...folders]
    .map((each) => join(each, ".env"))
    .filter((path) => files.kindOf(path) !== undefined)
    .map((path) => readEnvFile(path, path));
}

/** `shown` is the name of the file in places. */
function readEnvFile(path: string, shown: string): string {
  const bytes = nodeHost().files.read(path);
  const text = new TextDecoder().decode(bytes);
  if (bytes.includes(0) || text.includes("\uFFFD")) throw failure("FILE_NOT_TEXT", { path: shown });
  const problems = unreadableLines(text, shown);
  if (problems.length > 0) throw new OrchestratorError(problems[0]!, undefined, problems);
  return text;
}

/** Lines that the parser would pass over without a word. */
function unreadableLines(text: string, file: string): Problem[] {
  const lines = text.split(/\r?\n/);
  const problems: Problem[] = [];
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index]!;
    if (/^\s*(#.*)?$/.test(line)) continue;
    const last = lastLineOf(lines, index);
    if (last === undefined)
      problems.push(
        problem("ENVIRONMENT_LINE_INVALID", {}, { location: { file, line: index + 1, column: 1 } }),
      );
    else index = last;
  }
  return problems;
}

/** Where the variable that begins on a line ends; `undefined` where none does. */
function lastLineOf(lines: readonly string[], index: number): number | undefined {
  const match = /^\s*(?:export\s+)?[A-Za-z_][A-Za-z0-9_.-]*\s*=\s*(["'`]?)(.*)$/.exec(lines[index]!);
  if (match === null) return undefined;
  const [, quote, rest] = match;
  if (!quote || rest!.includes(quote)) return index;
  const closing = lines.findIndex((line, at) => at > index && line.includes(quote));
  return closing === -1 ? undefined : closing;
}
