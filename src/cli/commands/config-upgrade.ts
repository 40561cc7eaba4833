import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { compareLocations, type Location } from "../../problems/location.js";
import type { Problem } from "../../problems/problem.js";
import type { ConfigUpgradeOptions } from "../define-config-commands.js";
import { readProject } from "../open-project.js";
import { asJson, exitCodes, type ExitCode, type Shell } from "../shell.js";

/** An old spelling, where it stands, and what is written instead. */
interface Retired {
  readonly location: Location;
  readonly written: string;
  readonly instead: string;
}

/**
 * Rewrites every old spelling that `check` finds, and nothing else: comments and form stay as they are. The checker
 * alone knows what is old: its SPELLING_RETIRED says what stands where and what is written now.
 */
export function configUpgrade(options: ConfigUpgradeOptions, shell: Shell): ExitCode {
  const { loaded } = readProject(options, shell);
  const retired = loaded.problems.flatMap(retiredOf);
  if (options.dryRun !== true) for (const file of new Set(retired.map(fileOf))) rewrite(file, retired, shell);
  if (options.json === true) shell.result(asJson(retired));
  else {
    for (const { location, written, instead } of retired) {
      shell.result(`${place(location)} ${written} → ${instead}`);
    }
  }
  const done = options.dryRun === true ? "would be rewritten" : "rewritten";
  shell.remark(retired.length === 0 ? "Every spelling is current." : `${retired.length} ${done}.`);
  return exitCodes.fine;
}

function retiredOf({ code, facts, location }: Problem): readonly Retired[] {
  if (code !== "SPELLING_RETIRED" || location === undefined) return [];
  return [{ location, written: String(facts["written"]), instead: String(facts["instead"]) }];
}

const fileOf = ({ location }: Retired) => location.file;
const place = ({ file, line, column }: Location) => `${file}:${line}:${column}`;

/** From the end of the file to its beginning, so that every place stays right until its turn. */
function rewrite(file: string, retired: readonly Retired[], shell: Shell): void {
  const path = resolve(shell.workingFolder, file);
  const lines = readFileSync(path, "utf8").split("\n");
  const mine = retired.filter((each) => fileOf(each) === file);
  for (const { location, written, instead } of mine.sort((a, b) =>
    compareLocations(b.location, a.location),
  )) {
    const line = lines[location.line - 1]!;
    const start = location.column - 1;
    lines[location.line - 1] = line.slice(0, start) + instead + line.slice(start + written.length);
  }
  writeFileSync(path, lines.join("\n"));
}
