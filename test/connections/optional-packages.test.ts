import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { isInstalled, loadOptional, optionalPackages } from "../../src/connections/optional-packages.js";
import { errorOf } from "../conformance/source-conformance.js";

const manifest = JSON.parse(readFileSync("package.json", "utf8")) as {
  readonly peerDependencies: Record<string, string>;
  readonly peerDependenciesMeta: Record<string, { optional: boolean }>;
};
const names = Object.values(optionalPackages).map(({ name }) => name);

test("the list is that of package.json, and all of it is optional", () => {
  expect(Object.keys(manifest.peerDependencies).toSorted()).toEqual(names.toSorted());
  expect(manifest.peerDependenciesMeta).toEqual(
    Object.fromEntries(names.map((name) => [name, { optional: true }])),
  );
});

test("a package that is missing is told with the line that installs it", async () => {
  const missing = (name: string) =>
    Promise.reject(
      Object.assign(new Error(`Cannot find package '${name}'`), { code: "ERR_MODULE_NOT_FOUND" }),
    );
  const error = await errorOf(loadOptional(optionalPackages.mysql2, missing));
  expect(error.code).toBe("DRIVER_MISSING");
  expect(error.message).toBe('A MySQL or MariaDB source needs the package "mysql2", which is not installed.');
  expect(error.hint).toBe("Run `npm install mysql2@3`.");
});

test("a package whose script would reach outside the registry is installed without it", async () => {
  const missing = (name: string) =>
    Promise.reject(
      Object.assign(new Error(`Cannot find package '${name}'`), { code: "ERR_MODULE_NOT_FOUND" }),
    );
  const error = await errorOf(loadOptional(optionalPackages.onnxruntime, missing));
  expect(error.hint).toBe("Run `ONNXRUNTIME_NODE_INSTALL=skip npm install onnxruntime-node@1`.");
});

test("a package that is there and does not load is another thing", async () => {
  const broken = () =>
    Promise.reject(Object.assign(new Error("Cannot find package 'long'"), { code: "ERR_MODULE_NOT_FOUND" }));
  const error = await errorOf(loadOptional(optionalPackages.mysql2, broken));
  expect(error.message).toContain("installed but failed to load: Cannot find package 'long'");
});

test("whether a package is installed is known without loading it", () => {
  expect(isInstalled(optionalPackages.mysql2)).toBe(true);
  expect(isInstalled({ name: "no-such-package", purpose: "", version: "1" })).toBe(false);
});
