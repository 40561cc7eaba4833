import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "./documented-files.js";

interface Promised {
  readonly promise: string;
  readonly where: string;
  readonly file: string;
  readonly title: string;
}

const promises = readRows();

test("the table has every part of the guide", () => {
  const page = readFileSync(join(root, "docs/project-structure.md"), "utf8");
  const parts = [
    "Files",
    "Configuration",
    "Runner",
    "Environment variables",
    "Git",
    "Environments",
    "Best practices",
  ];
  for (const part of parts) expect(page).toContain(`| **${part}**`);
  expect(promises.length).toBeGreaterThan(40);
});

test.each(promises)("$promise: its test exists", ({ file, title }) => {
  const path = join(root, file);
  expect(existsSync(path), file).toBe(true);
  const text = readFileSync(path, "utf8");
  const isTitle = file.endsWith(".md") ? text.includes(`## ${title}\n`) : hasTest(text, title);
  expect(isTitle, `${file} has no test "${title}"`).toBe(true);
});

test.each(promises)("$promise: the sources that it names exist", ({ where }) => {
  for (const [, path] of where.matchAll(/`((?:src|templates)\/[^`]+)`/g)) {
    expect(existsSync(join(root, path!)), path).toBe(true);
  }
});

/** A title may stand behind that of the project it is run for. */
function hasTest(text: string, title: string): boolean {
  return text.includes(`"${title}"`) || text.includes(`"$title: ${title}"`);
}

function readRows(): readonly Promised[] {
  const page = readFileSync(join(root, "docs/project-structure.md"), "utf8");
  const table = page.slice(page.indexOf("## What holds"));
  return table.split("\n").flatMap((line) => {
    const [, promise, where, test] = line.split(/(?<!\\)\|/).map((cell) => cell.trim());
    const [, file, title] = /^`([^`]+)`: (.+)$/.exec(test ?? "") ?? [];
    return file === undefined
      ? []
      : [{ promise: promise!, where: where!, file, title: title!.replaceAll("\\_", "_") }];
  });
}
