import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { envFilesOf, loadEnv, rereadEnv } from "../../src/host/load-env.js";
import { temporaryFolder } from "./temporary-folder.js";

function loaded(text: string, environment: Record<string, string | undefined> = {}) {
  const folder = temporaryFolder({ ".env": text });
  loadEnv({ workingFolder: folder, environment });
  return { environment, write: (changed: string) => writeFileSync(join(folder, ".env"), changed), folder };
}

test("what a file says now holds once it is applied; what it does not say any more is unset", () => {
  const { environment, write } = loaded("A=1\nB=1\n", { REAL: "yes" });
  write("A=2\nC=2\n");
  const reread = rereadEnv(environment);
  expect(reread.environment).toEqual({ REAL: "yes", A: "2", C: "2" });
  expect(environment).toEqual({ REAL: "yes", A: "1", B: "1" });
  reread.apply();
  expect(environment).toEqual({ REAL: "yes", A: "2", C: "2" });
  write("");
  rereadEnv(environment).apply();
  expect(environment).toEqual({ REAL: "yes" });
});

test("the real environment still wins, also over a line that comes later", () => {
  const { environment, write } = loaded("A=file\n", { B: "real" });
  write("A=file\nB=file\n");
  rereadEnv(environment).apply();
  expect(environment).toEqual({ A: "file", B: "real" });
});

test("what the program has set since stays", () => {
  const { environment, write } = loaded("A=file\nB=file\n");
  environment["A"] = "program";
  write("A=new\n");
  rereadEnv(environment).apply();
  expect(environment).toEqual({ A: "program" });
});

test("a file that cannot be understood changes nothing", () => {
  const { environment, write } = loaded("A=1\n");
  write("A 2\n");
  expect(() => rereadEnv(environment)).toThrow(expect.objectContaining({ code: "ENVIRONMENT_LINE_INVALID" }));
  expect(environment).toEqual({ A: "1" });
});

test("a file that comes later counts, and is known beforehand", () => {
  const folder = temporaryFolder();
  const environment: Record<string, string | undefined> = {};
  loadEnv({ workingFolder: folder, environment });
  expect(envFilesOf(environment)).toEqual([join(folder, ".env")]);
  writeFileSync(join(folder, ".env"), "A=1\n");
  rereadEnv(environment).apply();
  expect(environment).toEqual({ A: "1" });
});

test("without `loadEnv` there is nothing to read again", () => {
  const environment = { A: "1" };
  expect(rereadEnv(environment).environment).toEqual({ A: "1" });
  expect(envFilesOf(environment)).toEqual([]);
});
