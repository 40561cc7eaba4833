import { mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readProject } from "../../../src/config/reading/read-project.js";
import { nodeHost } from "../../../src/host/node-host.js";
import { Report } from "../../../src/problems/report.js";
import { temporaryFolder } from "../../host/temporary-folder.js";
import { placed, plain } from "./reading.js";

function read(workingFolder: string, environment: Record<string, string> = {}) {
  const report = new Report();
  const project = readProject({
    workingFolder,
    host: nodeHost(environment),
    knownFiles: ["database"],
    report,
  });
  return { project, lines: placed(report) };
}

test("a folder on disk is read as one in memory", () => {
  const folder = temporaryFolder({
    "config/config.yaml": "a: ${A}",
    "config/domains/x/x.yml": "b: ${file:s}",
    s: "t\n",
  });
  const { project, lines } = read(folder, { A: "1" });
  expect(lines).toEqual([]);
  expect(plain(project?.config)).toEqual({ a: "1" });
  expect(plain(project?.domains[0]?.main)).toEqual({ b: "t" });
  expect(project?.projectFolder).toBe(folder);
});

test("a mounted map, whose files are links into a hidden folder, is read through its links", () => {
  const folder = temporaryFolder({
    "config/..2026_01/config.yaml": "a: 1",
    "config/..2026_01/database.yaml": "b: 2",
  });
  const config = join(folder, "config");
  symlinkSync("..2026_01", join(config, "..data"));
  for (const name of ["config.yaml", "database.yaml"]) symlinkSync(join("..data", name), join(config, name));
  const { project, lines } = read(folder);
  expect(lines).toEqual([]);
  expect(plain(project?.config)).toEqual({ a: 1 });
  expect(plain(project?.global.get("database"))).toEqual({ b: 2 });
});

test("links that lead nowhere or in circles are problems", () => {
  const folder = temporaryFolder({ "config/config.yaml": "" });
  const config = join(folder, "config");
  mkdirSync(join(config, "domains"));
  symlinkSync("gone", join(config, "database.yaml"));
  symlinkSync("circle.yaml", join(config, "domains", "circle.yaml"));
  symlinkSync("gone", join(config, "other"));
  symlinkSync("..", join(config, "domains", "up"));
  expect(read(folder).lines).toEqual([
    "config/database.yaml:1:1 FILE_LINK_BROKEN",
    "config/domains/circle.yaml:1:1 FILE_LINK_BROKEN",
    "config/domains/up:1:1 FILE_DOMAIN_MISSING",
    "config/domains/up/config.yaml:1:1 FILE_UNKNOWN",
    "config/domains/up/database.yaml:1:1 FILE_LINK_BROKEN",
    "config/domains/up/domains:1:1 FILE_UNKNOWN",
    "config/domains/up/other:1:1 FILE_LINK_BROKEN",
    "config/other:1:1 FILE_LINK_BROKEN",
  ]);
});

test("a link to the configuration folder is followed", () => {
  const folder = temporaryFolder({ "real/config.yaml": "a: 1" });
  symlinkSync("real", join(folder, "config"));
  expect(plain(read(folder).project?.config)).toEqual({ a: 1 });
  rmSync(join(folder, "real"), { recursive: true });
  expect(read(folder).lines).toEqual(["FILE_CONFIG_FOLDER_MISSING"]);
});

test("a device where a file should be is a problem", () => {
  const folder = temporaryFolder({ "config/config.yaml": "" });
  symlinkSync("/dev/null", join(folder, "config", "database.yaml"));
  expect(read(folder).lines).toEqual(["config/database.yaml:1:1 FILE_IS_FOLDER"]);
});
