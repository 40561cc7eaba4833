import { readFileSync } from "node:fs";
import { relative, resolve, sep } from "node:path";
import type { Severity } from "../problems/entry.js";
import type { Location } from "../problems/location.js";
import type { Problem } from "../problems/problem.js";
import type { Colours } from "./shell.js";

/**
 * A problem as people read it: `file:line:column severity CODE message`, the line with a caret under what is wrong,
 * then the hint. Paths are shown from `workingFolder` where they lie below it.
 */
export function formatProblem(problem: Problem, workingFolder: string, colours: Colours): string {
  const { location, severity, code, message, hint } = problem;
  const place = location === undefined ? "" : `${formatPlace(location, workingFolder)} `;
  const lines = [`${place}${paint(severity, colours)(severity)} ${colours.dim(code)} ${message}`];
  const excerpt =
    location === undefined ? undefined : formatExcerpt(location, workingFolder, severity, colours);
  const advice = hint === undefined ? "" : `hint: ${hint}`;
  if (excerpt !== undefined) lines.push(excerpt.line, `${excerpt.caret}${advice && `   ${advice}`}`);
  else if (advice) lines.push(`  ${advice}`);
  for (const { pointer, message: violation } of problem.violations ?? []) {
    lines.push(`  ${pointer}: ${violation}`);
  }
  return lines.join("\n");
}

/** `config/orders.yaml:14:20`, as `formatPath` gives the file. */
export function formatPlace(location: Location, workingFolder: string, base = workingFolder): string {
  return `${formatPath(location.file, workingFolder, base)}:${location.line}:${location.column}`;
}

/**
 * A path as one would type it in the working folder; the absolute one where that would begin with `..`. A relative
 * one begins at `base`.
 */
export function formatPath(file: string, workingFolder: string, base = workingFolder): string {
  const absolute = resolve(base, file);
  const short = relative(workingFolder, absolute);
  return short === "" || short.startsWith("..") ? absolute : short.split(sep).join("/");
}

function paint(severity: Severity, colours: Colours): (text: string) => string {
  return severity === "error" ? colours.red : severity === "warning" ? colours.yellow : colours.cyan;
}

interface Excerpt {
  readonly line: string;
  readonly caret: string;
}

/** Nothing where the file cannot be read any more, or is no text. */
function formatExcerpt(
  location: Location,
  folder: string,
  severity: Severity,
  colours: Colours,
): Excerpt | undefined {
  const text = lineOf(resolve(folder, location.file), location.line);
  if (text === undefined || text.trim() === "") return undefined;
  const number = String(location.line).padStart(5);
  const before = text.slice(0, location.column - 1).replace(/[^\t]/g, " ");
  const width = Math.max(1, Math.min(location.length ?? 1, text.length - location.column + 1));
  return {
    line: `${colours.dim(`${number} |`)} ${text}`,
    caret: `${colours.dim("      |")} ${before}${paint(severity, colours)("^".repeat(width))}`,
  };
}

function lineOf(path: string, line: number): string | undefined {
  try {
    return readFileSync(path, "utf8").split(/\r?\n/)[line - 1];
  } catch {
    return undefined;
  }
}
