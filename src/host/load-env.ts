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

type Variables = Record<string, string | undefined>;

/** What files gave to an environment, so that they can be read again. */
interface Given {
  readonly options: readonly LoadEnvOptions[];
  readonly values: Readonly<Record<string, string>>;
}
const givenTo = new WeakMap<Variables, Given>();

/**
 * Reads `.env` of the working directory, then of the project folder, and sets what is not set yet; answers what it set.
 * Throws FILE_NOT_FOUND for a named file that does not exist, FILE_UNREADABLE, and ENVIRONMENT_LINE_INVALID (with all
 * such lines in `problems`) where a file cannot be understood; nothing is set then.
 */
export function loadEnv(options: LoadEnvOptions = {}): Record<string, string> {
  const environment = options.environment ?? process.env;
  const settled = { ...options, workingFolder: resolve(options.workingFolder ?? process.cwd()) };
  const loaded = valuesFor(environment, [settled]);
  Object.assign(environment, loaded);
  const before = givenTo.get(environment);
  givenTo.set(environment, {
    options: [...(before?.options ?? []), settled],
    values: { ...before?.values, ...loaded },
  });
  return loaded;
}

export interface RereadEnvironment {
  /** The environment as it would be. */
  readonly environment: Variables;
  /** Makes it so: also takes away what a file does not say any more. */
  apply(): void;
}

/**
 * Reads again the files that `loadEnv` has read for an environment. What was not set by them stays as it is, and so
 * does what the program has changed since. Throws as `loadEnv`.
 */
export function rereadEnv(environment: Variables = process.env): RereadEnvironment {
  const { options, values } = givenTo.get(environment) ?? { options: [], values: {} };
  const own = Object.keys(values).filter((name) => environment[name] === values[name]);
  const without = Object.fromEntries(Object.entries(environment).filter(([name]) => !own.includes(name)));
  const loaded = valuesFor(without, options);
  return {
    environment: { ...without, ...loaded },
    apply() {
      for (const name of own) if (loaded[name] === undefined) Reflect.deleteProperty(environment, name);
      Object.assign(environment, loaded);
      givenTo.set(environment, { options, values: loaded });
    },
  };
}

/** The variables that have their values from files that `loadEnv` has read. */
export function namesFromFiles(environment: Variables = process.env): readonly string[] {
  const values = givenTo.get(environment)?.values ?? {};
  return Object.keys(values).filter((name) => environment[name] === values[name]);
}

/** The files that `loadEnv` has looked for; some may not exist. */
export function envFilesOf(environment: Variables = process.env): readonly string[] {
  return [...new Set((givenTo.get(environment)?.options ?? []).flatMap(pathsOf))];
}

function valuesFor(environment: Variables, all: readonly LoadEnvOptions[]): Record<string, string> {
  const loaded: Record<string, string> = {};
  for (const text of all.flatMap(readTexts)) {
    for (const [name, value] of Object.entries(parseEnv(text))) {
      if (environment[name] === undefined) loaded[name] ??= value ?? "";
    }
  }
  return loaded;
}

function pathsOf({ folder, file, workingFolder = process.cwd() }: LoadEnvOptions): string[] {
  if (file !== undefined) return [resolve(workingFolder, file)];
  const folders = new Set([workingFolder, resolve(workingFolder, folder ?? ".")]);
  return [...folders].map((each) => join(each, ".env"));
}

function readTexts(options: LoadEnvOptions): string[] {
  const paths = pathsOf(options);
  if (options.file !== undefined) return [readEnvFile(paths[0]!, options.file)];
  const { files } = nodeHost();
  return paths.filter((path) => files.kindOf(path) !== undefined).map((path) => readEnvFile(path, path));
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
