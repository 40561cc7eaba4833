import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadEnv, type LoadEnvOptions } from "../../src/host/load-env.js";
import { OrchestratorError } from "../../src/problems/orchestrator-error.js";
import { temporaryFolder } from "./temporary-folder.js";

function load(
  files: Record<string, string>,
  environment: Record<string, string> = {},
  options: LoadEnvOptions = {},
) {
  const root = temporaryFolder({ "keep/x": "", "project/x": "", ...files });
  const folders = { workingFolder: root, folder: join(root, "project") };
  return { loaded: loadEnv({ ...folders, environment, ...options }), environment };
}

function failureOf(run: () => unknown): OrchestratorError {
  try {
    run();
  } catch (error) {
    if (error instanceof OrchestratorError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("environment files", () => {
  test("are read from the working directory, then from the project; what is set stays", () => {
    const files = { ".env": "A=work\nB=work\n", "project/.env": "A=project\nB=project\nC=project\n" };
    const { loaded, environment } = load(files, { A: "real" });
    expect(environment).toEqual({ A: "real", B: "work", C: "project" });
    expect(loaded).toEqual({ B: "work", C: "project" });
  });

  test("do not change a variable that is set and empty", () => {
    expect(load({ ".env": "A=1" }, { A: "" }).environment).toEqual({ A: "" });
  });

  test("may be missing", () => {
    expect(load({}).loaded).toEqual({});
  });

  test("are read once where both folders are the same", () => {
    const root = temporaryFolder({ ".env": "A=1" });
    expect(loadEnv({ workingFolder: root, folder: ".", environment: {} })).toEqual({ A: "1" });
  });

  test("can be named, and then no other is read", () => {
    const files = { ".env": "A=1", "keep/ci.env": "B=2" };
    expect(load(files, {}, { file: "keep/ci.env" }).environment).toEqual({ B: "2" });
  });

  test("that are named and do not exist are an error", () => {
    const { problem } = failureOf(() => load({ ".env": "A=1" }, {}, { file: "nope.env" }));
    expect(problem).toMatchObject({ code: "FILE_NOT_FOUND", message: expect.stringContaining("/nope.env") });
  });

  test("that are folders, or binary, are an error", () => {
    const root = temporaryFolder({ "b.env": new Uint8Array([65, 61, 0]) });
    mkdirSync(join(root, ".env"));
    const options = { workingFolder: root, environment: {} };
    expect(failureOf(() => loadEnv(options)).code).toBe("FILE_UNREADABLE");
    expect(failureOf(() => loadEnv({ ...options, file: "b.env" })).code).toBe("FILE_NOT_TEXT");
  });

  test("have comments, quotes, several lines and `export`", () => {
    const text = [
      "\uFEFF# comment",
      "A=1 # one",
      "B='$A # two'",
      'C="three',
      "lines",
      'long"',
      "export D=4",
      "",
      "  E = five  ",
      "F=",
      "G=a=b",
    ].join("\n");
    expect(load({ ".env": text }).loaded).toEqual({
      A: "1",
      B: "$A # two",
      C: "three\nlines\nlong",
      D: "4",
      E: "five",
      F: "",
      G: "a=b",
    });
  });

  test("with lines that mean nothing are an error at each, and set nothing", () => {
    const environment = {};
    const error = failureOf(() => load({ ".env": "A=1\nnonsense\n1B=2\nC='open\nD=1\n" }, environment));
    expect(error.code).toBe("ENVIRONMENT_LINE_INVALID");
    expect(error.problems.map(({ location }) => location?.line)).toEqual([2, 3, 4]);
    expect(error.problem.message).not.toContain("nonsense");
    expect(environment).toEqual({});
  });
});
