import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { failure } from "../problems/orchestrator-error.js";
import { templateEntries } from "./template-entries.js";

export interface InitProjectOptions {
  /** Where the project goes; made when it does not exist. Relative to the working directory. */
  readonly folder: string;
  /** `minimal` by default. */
  readonly template?: string;
  /** With folders for environments: `config/base`, `development`, `staging`, `production`. Of `full` only. */
  readonly environments?: boolean;
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

/**
 * Makes a new project from a template. Throws TEMPLATE_UNKNOWN, TEMPLATE_WITHOUT_ENVIRONMENTS, FILE_UNWRITABLE.
 */
export function initProject(options: InitProjectOptions): InitProjectReport {
  const folder = resolve(options.folder);
  const report = { folder, made: [] as string[], overwritten: [] as string[], skipped: [] as string[] };
  for (const entry of templateEntries(options.template ?? "minimal", options.environments === true)) {
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

function write(target: string, content: Uint8Array | undefined): void {
  try {
    mkdirSync(content === undefined ? target : dirname(target), { recursive: true });
    if (content !== undefined) writeFileSync(target, content);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw failure("FILE_UNWRITABLE", { path: target, reason }, { cause: error });
  }
}
