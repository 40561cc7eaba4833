import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { examineInstallation } from "../../../src/cli/doctor/examine-installation.js";
import { temporaryFolder } from "../run-command.js";

const manifest = {
  version: "1.2.3",
  engines: { node: ">=20.19.0" },
  dependencies: { needed: "1" },
  peerDependencies: { optional: "1" },
};
const files = [
  "dist/cli/main.js",
  "dist/index.js",
  "schemas/config.schema.json",
  "templates/minimal/README.md",
];

function installed(paths: readonly string[]): URL {
  const folder = temporaryFolder();
  for (const path of ["package.json", ...paths]) {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    writeFileSync(join(folder, path), path === "package.json" ? JSON.stringify(manifest) : "{}");
  }
  return pathToFileURL(`${folder}/`);
}

const whole = [...files, "node_modules/needed/package.json", "node_modules/optional/package.json"];
const findingsOf = (version: string, folder: URL) =>
  examineInstallation(version, folder).filter(({ status }) => status === "finding");

test.each(["20.19.0", "20.20.1", "22.0.0", "26.1.0"])("Node.js %s is new enough", (version) => {
  expect(findingsOf(version, installed(whole))).toEqual([]);
});

test.each(["18.20.0", "20.18.3", "20.9.0"])("Node.js %s is a finding", (version) => {
  expect(findingsOf(version, installed(whole))).toMatchObject([
    { area: "node", remedy: "Install Node.js 20.19.0 or newer." },
  ]);
});

test("a file of the package that is lost is a finding", () => {
  const folder = installed(whole.filter((path) => !path.startsWith("schemas")));
  expect(findingsOf("20.19.0", folder)).toMatchObject([
    { message: 'The package lacks its file "schemas/config.schema.json".' },
  ]);
});

test("a package that is needed and not installed is a finding, an optional one a note", () => {
  const diagnoses = examineInstallation("20.19.0", installed(files));
  expect(diagnoses).toMatchObject([
    { status: "fine" },
    { status: "finding", message: 'The package "needed", which is needed, is not installed.' },
    { status: "note", message: 'The optional package "optional" is not installed.' },
  ]);
});
