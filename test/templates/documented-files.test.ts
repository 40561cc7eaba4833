import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
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

const projects = pages().flatMap((page) => projectsOf(page).map((files, index) => ({ page, index, files })));

test.each(projects)("project $index that $page describes has no error", async ({ files }) => {
  const { stdout, code } = await runCommand(projectOf(files), "check", "--unset-ok");
  expect(code, stdout).toBe(0);
});

function parsingFaults(text: string): readonly string[] {
  return parseAllDocuments(text, { merge: true }).flatMap((document) =>
    [...document.errors, ...document.warnings].map((fault) => fault.message),
  );
}
