import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import type { Problem } from "../../src/problems/problem.js";
import { projectOf, runCommand } from "../cli/run-command.js";
import { blocksOf, pages, projectsOf, root } from "./documented-files.js";

const yamlBlocks = pages().flatMap((page) =>
  blocksOf(page)
    .filter(({ language }) => language === "yaml" || language === "yml")
    .map(({ line, text }) => ({ place: `${page}:${line}`, text })),
);

test.each(yamlBlocks)("the YAML at $place is well formed", ({ text }) => {
  expect(parsingFaults(text)).toEqual([]);
});

const templateFiles = readdirSync(join(root, "templates"), { recursive: true })
  .map(String)
  .filter((path) => /\.ya?ml$/.test(path));

test.each(templateFiles)("templates/%s is well formed", (path) => {
  expect(parsingFaults(readFileSync(join(root, "templates", path), "utf8"))).toEqual([]);
});

const projects = pages().flatMap((page) =>
  projectsOf(page).map((files, index) => ({ title: `project ${index + 1} of ${page}`, files })),
);

test.each(projects)("$title has no error", async ({ files }) => {
  const { stdout } = await runCommand(projectOf(files), "check", "--unset-ok", "--json");
  const { problems } = JSON.parse(stdout) as { problems: readonly Problem[] };
  const isError = ({ severity, code }: Problem) =>
    severity === "error" &&
    (definesSources(files) || !["SOURCE_UNKNOWN", "OPERATION_UNKNOWN"].includes(code));
  expect(problems.filter(isError)).toEqual([]);
});

const links = [...pages(), "CHANGELOG.md", "bench/README.md", "templates/demo/README.md"].flatMap((page) =>
  [...readFileSync(join(root, page), "utf8").matchAll(/\]\((?!https?:|#)([^)#\s]+)[^)]*\)/g)].map(
    (match) => ({
      page,
      target: match[1]!,
    }),
  ),
);

test.each(links)("the link of $page to $target leads somewhere", ({ page, target }) => {
  expect(existsSync(join(root, dirname(page), target))).toBe(true);
});

/** A page that shows nothing but a domain takes its sources from another page. */
function definesSources(files: Readonly<Record<string, string>>): boolean {
  return Object.keys(files).some((path) => /^config\/(database|integrations\/)/.test(path));
}

function parsingFaults(text: string): readonly string[] {
  return parseAllDocuments(text, { merge: true }).flatMap((document) =>
    [...document.errors, ...document.warnings].map((fault) => fault.message),
  );
}
