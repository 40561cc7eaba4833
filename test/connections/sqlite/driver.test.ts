import { expect, test, vi } from "vitest";
import { DriverMissing, loadDriver, type SqliteDriver } from "../../../src/connections/sqlite/driver.js";

const driver = {} as SqliteDriver;

/** Node answers with an error of this code for a module that is not there. */
function notFound(name: string, code = "MODULE_NOT_FOUND"): Error {
  return Object.assign(new Error(`Cannot find package '${name}'`), { code });
}

test("Node's own module comes first", () => {
  const asked: string[] = [];
  const load = (name: string) => (asked.push(name), driver);
  expect(loadDriver(load)).toBe(driver);
  expect(asked).toEqual(["node:sqlite"]);
});

test("the substitute is used where Node has none", () => {
  const load = (name: string) => {
    if (name === "node:sqlite") throw notFound(name, "ERR_UNKNOWN_BUILTIN_MODULE");
    return driver;
  };
  expect(loadDriver(load)).toBe(driver);
});

test("without both there is an error that tells a missing package from a broken one", () => {
  const missing = () =>
    loadDriver((name) => {
      throw notFound(name);
    });
  expect(missing).toThrow(new DriverMissing(""));
  const broken = () =>
    loadDriver((name) => {
      throw name === "node:sqlite" ? notFound(name) : new Error("wrong ELF class");
    });
  expect(broken).toThrow(new DriverMissing("wrong ELF class"));
});

test("the warning of the experimental module is held back, and no other, and only while it loads", () => {
  const emitWarning = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
  loadDriver(() => {
    process.emitWarning(
      "SQLite is an experimental feature and might change at any time",
      "ExperimentalWarning",
    );
    process.emitWarning("Another warning", "ExperimentalWarning");
    return driver;
  });
  expect(emitWarning.mock.calls).toEqual([["Another warning", "ExperimentalWarning"]]);
  process.emitWarning("SQLite is an experimental feature");
  expect(emitWarning).toHaveBeenCalledTimes(2);
  emitWarning.mockRestore();
});
