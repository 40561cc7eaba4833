import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { projectOf, runCommand, temporaryFolder } from "./run-command.js";

test("init makes a project and says what to do next", async () => {
  const folder = temporaryFolder();
  const { code, stdout, stderr } = await runCommand(folder, "init", "shop");
  expect(code).toBe(0);
  expect(stdout.split("\n")).toContain("made config/config.yaml");
  expect(stderr).toBe("Next: cd shop && orchestrator-api run\n");
  expect(existsSync(join(folder, "shop/config/integrations"))).toBe(true);
});

test("init without a folder uses the working one", async () => {
  const folder = temporaryFolder();
  await runCommand(folder, "init");
  expect(existsSync(join(folder, "config/config.yaml"))).toBe(true);
});

test("init a second time skips and lists every file, and is fine", async () => {
  const folder = temporaryFolder();
  await runCommand(folder, "init");
  writeFileSync(join(folder, "README.md"), "mine");
  const { code, stdout, stderr } = await runCommand(folder, "init");
  expect(code).toBe(0);
  expect(stdout.trim().split("\n").sort()).toEqual([
    "skipped README.md",
    "skipped config/config.yaml",
    "skipped config/database.yaml",
    "skipped config/domains/example.yaml",
  ]);
  expect(stderr).toContain("--force overwrites them");
  expect(readFileSync(join(folder, "README.md"), "utf8")).toBe("mine");
});

test("init --force overwrites files and lists them", async () => {
  const folder = projectOf({ "README.md": "mine" });
  const { code, stdout } = await runCommand(folder, "init", "--force");
  expect(code).toBe(0);
  expect(stdout).toContain("overwrote README.md");
  expect(stdout).toContain("made config/config.yaml");
  expect(readFileSync(join(folder, "README.md"), "utf8")).not.toBe("mine");
});

test("init --dry-run makes nothing and lists what it would make", async () => {
  const folder = projectOf({ "README.md": "mine" });
  const { code, stdout } = await runCommand(folder, "init", "--dry-run");
  expect(code).toBe(0);
  expect(stdout).toContain("would make config/config.yaml");
  expect(stdout).toContain("skipped README.md");
  expect(existsSync(join(folder, "config"))).toBe(false);
});

test("init --dry-run --force lists what it would overwrite and leaves it", async () => {
  const folder = projectOf({ "README.md": "mine" });
  const { stdout } = await runCommand(folder, "init", "--dry-run", "--force");
  expect(stdout).toContain("would overwrite README.md");
  expect(readFileSync(join(folder, "README.md"), "utf8")).toBe("mine");
});

test("an unknown template is wrong usage", async () => {
  const { code, stderr } = await runCommand(temporaryFolder(), "init", "--template", "minimla");
  expect(code).toBe(2);
  expect(stderr).toContain('Did you mean "minimal"?');
});

test("a file in the place of a folder is a failure that names it", async () => {
  const folder = projectOf({ config: "a file" });
  const { code, stderr } = await runCommand(folder, "init");
  expect(code).toBe(1);
  expect(stderr).toContain("FILE_UNWRITABLE");
});

test("dotted files of the demo get their dots back, and its package.json the version", async () => {
  const folder = temporaryFolder();
  await runCommand(folder, "init", "--template", "demo");
  expect(readFileSync(join(folder, ".gitignore"), "utf8")).toContain("!.env.example");
  expect(existsSync(join(folder, ".env.example"))).toBe(true);
  const version = (await runCommand(folder, "version")).stdout.trim();
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
    dependencies: Record<string, string>;
  };
  expect(manifest.dependencies["orchestrator-api-service"]).toBe(`^${version}`);
});
