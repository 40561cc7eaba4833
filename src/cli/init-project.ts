import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { failure } from "../problems/orchestrator-error.js";
import { packageFolder, packageVersion } from "./package-version.js";

export interface InitProjectOptions {
  /** Where the project goes; made when it does not exist. Relative to the working directory. */
  readonly folder: string;
  /** `minimal` by default. */
  readonly template?: string;
  /** Overwrite files that exist. Without it they are skipped. */
  readonly force?: boolean;
  /** Write nothing, and report what would be written. */
  readonly dryRun?: boolean;
}

/** What was done, or would be. Paths are relative to the project, with `/`; folders end with one. */
export interface InitProjectReport {
  readonly folder: string;
  readonly made: readonly string[];
  readonly overwritten: readonly string[];
  readonly skipped: readonly string[];
}

const templates = ["minimal", "demo"];
const plannedTemplates = ["full"];

/** Makes a new project from a template. Throws TEMPLATE_UNKNOWN, COMMAND_NOT_BUILT, FILE_UNWRITABLE. */
export function initProject(options: InitProjectOptions): InitProjectReport {
  const folder = resolve(options.folder);
  const report = { folder, made: [] as string[], overwritten: [] as string[], skipped: [] as string[] };
  for (const entry of templateEntries(options.template ?? "minimal")) {
    const target = join(folder, entry.path);
    const exists = existsSync(target);
    if (exists && (entry.content === undefined || options.force !== true)) {
      if (entry.content !== undefined) report.skipped.push(entry.path);
      continue;
    }
    (exists ? report.overwritten : report.made).push(entry.path);
    if (options.dryRun !== true) write(target, entry.content);
  }
  return report;
}

interface TemplateEntry {
  readonly path: string;
  /** `undefined` for a folder that is made empty. */
  readonly content: Uint8Array | undefined;
}

/** Names that npm would leave out of the package, or that tools would take for their own while they lie in it. */
const storedNames: Readonly<Record<string, string>> = {
  gitignore: ".gitignore",
  "env.example": ".env.example",
  "package.template.json": "package.json",
};
/** Marks a folder that is empty in the project; neither git nor npm keeps such a folder. */
const emptyFolderMark = ".gitkeep";

function templateEntries(name: string): readonly TemplateEntry[] {
  if (plannedTemplates.includes(name)) throw failure("COMMAND_NOT_BUILT", { what: `--template ${name}` });
  if (!templates.includes(name)) throw failure("TEMPLATE_UNKNOWN", { name, known: templates });
  return readFolder(fileURLToPath(new URL(`templates/${name}/`, packageFolder)), "");
}

function readFolder(folder: string, prefix: string): readonly TemplateEntry[] {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return readFolder(path, `${prefix}${entry.name}/`);
      if (entry.name === emptyFolderMark) return [{ path: prefix, content: undefined }];
      return [{ path: prefix + (storedNames[entry.name] ?? entry.name), content: contentOf(path) }];
    });
}

/** The template's package.json asks for the version that made it. */
function contentOf(path: string): Uint8Array {
  const content = readFileSync(path);
  if (!path.endsWith("package.template.json")) return content;
  return Buffer.from(content.toString("utf8").replaceAll("__VERSION__", packageVersion()));
}

function write(target: string, content: Uint8Array | undefined): void {
  try {
    mkdirSync(content === undefined ? target : dirname(target), { recursive: true });
    if (content !== undefined) writeFileSync(target, content);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw failure("FILE_UNWRITABLE", { path: target, reason }, { cause: error });
  }
}
