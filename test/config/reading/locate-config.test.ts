import { describe, expect, test } from "vitest";
import { plain, readInMemory } from "./reading.js";

describe("the configuration folder", () => {
  const files = {
    "config/config.yaml": "from: config",
    "a/config.yaml": "from: a",
    "b/config.yaml": "from: b",
    "c/config.yaml": "from: c",
  };

  test.each([
    ["./config by default", {}, undefined, "config"],
    ["CONFIG_PATH", { CONFIG_PATH: "c" }, undefined, "c"],
    [
      "ORCHESTRATOR_CONFIG_PATH before CONFIG_PATH",
      { ORCHESTRATOR_CONFIG_PATH: "./b/", CONFIG_PATH: "c" },
      undefined,
      "b",
    ],
    ["the option before all", { ORCHESTRATOR_CONFIG_PATH: "b", CONFIG_PATH: "c" }, "/project/a", "a"],
    ["not a variable that is empty", { ORCHESTRATOR_CONFIG_PATH: "", CONFIG_PATH: "c" }, undefined, "c"],
  ])("is %s", (_name, environment, configPath, from) => {
    const { project, lines } = readInMemory(files, environment, { configPath });
    expect(lines).toEqual([]);
    expect(plain(project?.config)).toEqual({ from });
    expect(project).toMatchObject({ configFolder: `/project/${from}`, projectFolder: "/project" });
  });

  test.each([
    [{ CONFIG_PATH: "nope" }, undefined, '"nope" (CONFIG_PATH)'],
    [{ ORCHESTRATOR_CONFIG_PATH: "nope", CONFIG_PATH: "c" }, undefined, '"nope" (ORCHESTRATOR_CONFIG_PATH)'],
    [{ CONFIG_PATH: "c" }, "nope", '"nope" (the configuration path)'],
    [{ CONFIG_PATH: "config/config.yaml" }, undefined, '"config/config.yaml" (CONFIG_PATH)'],
  ])("that does not exist is a problem that names the setting: %j %j", (environment, configPath, named) => {
    const { project, problems, lines } = readInMemory(files, environment, { configPath });
    expect(project).toBeUndefined();
    expect(lines).toEqual(["FILE_CONFIG_FOLDER_MISSING"]);
    expect(problems[0]?.message).toContain(named);
  });

  test("that is missing by default names the default", () => {
    const { project, problems } = readInMemory({});
    expect(project).toBeUndefined();
    expect(problems[0]?.message).toContain('"./config" (the default)');
  });

  test("may be empty", () => {
    const { project, lines } = readInMemory({ "config/.gitkeep": "" });
    expect(lines).toEqual([]);
    expect(project).toMatchObject({ domains: [], brokenFiles: [], files: [] });
    expect(project?.config.location).toEqual({ file: "config/config.yaml", line: 1, column: 1 });
  });
});

describe("environments", () => {
  const files = {
    "config/base/config.yaml": "a: base\nb: base",
    "config/development/config.yaml": "b: development",
    "config/production/config.yaml": "b: production",
  };

  test.each([
    [{}, "development", "it is the default, as ENVIRONMENT is not set"],
    [{ ENVIRONMENT: "" }, "development", "it is the default, as ENVIRONMENT is not set"],
    [{ ENVIRONMENT: "production" }, "production", "ENVIRONMENT names it"],
  ])("are chosen by %j", (environment, name, reason) => {
    const { project, lines } = readInMemory(files, environment);
    expect(lines).toEqual([]);
    expect(plain(project?.config)).toEqual({ a: "base", b: name });
    expect(project?.environment).toEqual({ name, reason });
    expect(project).toMatchObject({ configFolder: "/project/config", projectFolder: "/project" });
  });

  test("need no base", () => {
    const { project, lines } = readInMemory({
      "config/development/domains/x.yaml": "a: 1",
      "config/staging/config.yaml": "",
    });
    expect(lines).toEqual([]);
    expect(project?.domains.map(({ file }) => file)).toEqual(["config/development/domains/x.yaml"]);
  });

  test.each([
    [{ ENVIRONMENT: "prodution" }, "ENVIRONMENT_UNKNOWN", 'Did you mean "production"?'],
    [{ ENVIRONMENT: "qa" }, "ENVIRONMENT_UNKNOWN", "Known: development, production."],
    [{ ENVIRONMENT: "base" }, "ENVIRONMENT_UNKNOWN", "Known: development, production."],
    [{ ENVIRONMENT: "../base" }, "ENVIRONMENT_UNKNOWN", "Known: development, production."],
  ])("without a folder are a problem: %j", (environment, code, hint) => {
    const { project, problems, lines } = readInMemory(files, environment);
    expect(lines).toEqual([code]);
    expect(problems[0]?.hint).toBe(hint);
    expect(plain(project?.config)).toEqual({ a: "base", b: "base" });
  });

  test.each([
    [
      { "config/base/config.yaml": "", "config/production/config.yaml": "" },
      "Set ENVIRONMENT to one of: production.",
    ],
    [{ "config/base/config.yaml": "" }, 'Make a folder "development" beside "base".'],
  ])("must be named where development does not exist", (without, hint) => {
    const { problems, lines } = readInMemory(without);
    expect(lines).toEqual(["ENVIRONMENT_UNSET"]);
    expect(problems[0]?.hint).toBe(hint);
  });

  test("are taken from a path that points straight at one, with its sibling base", () => {
    const { project, lines } = readInMemory(files, {}, { configPath: "config/production" });
    expect(lines).toEqual([]);
    expect(plain(project?.config)).toEqual({ a: "base", b: "production" });
    expect(project?.environment).toEqual({
      name: "production",
      reason: "the configuration path points at it",
    });
    expect(project).toMatchObject({ configFolder: "/project/config", projectFolder: "/project" });
    expect(project?.config.location.file).toBe("config/base/config.yaml");
  });

  test("that the path and ENVIRONMENT name differently are a problem", () => {
    const environment = { ENVIRONMENT: "development" };
    const { lines, problems } = readInMemory(files, environment, { configPath: "config/production" });
    expect(lines).toEqual(["ENVIRONMENT_CONFLICT"]);
    expect(problems[0]?.message).toContain('"production"');
    expect(
      readInMemory(files, { ENVIRONMENT: "production" }, { configPath: "config/production" }).lines,
    ).toEqual([]);
  });

  test("do not come from an unrelated folder named base", () => {
    const { project, lines } = readInMemory({ "config/config.yaml": "a: 1", "base/notes.txt": "" });
    expect(lines).toEqual([]);
    expect(plain(project?.config)).toEqual({ a: 1 });
  });

  test("beside files are a problem at each file", () => {
    const mixed = {
      ...files,
      "config/config.yaml": "a: lost",
      "config/domains/x.yaml": "",
      "config/README.md": "",
      "config/..data/x": "",
    };
    const { lines, project } = readInMemory(mixed);
    expect(lines).toEqual([
      "config/README.md:1:1 ENVIRONMENT_LAYOUT_MIXED",
      "1:1 ENVIRONMENT_LAYOUT_MIXED",
      "config/domains:1:1 ENVIRONMENT_LAYOUT_MIXED",
    ]);
    expect(plain(project?.config)).toEqual({ a: "base", b: "development" });
  });

  test("name the project also where there are no folders for them", () => {
    const plainFiles = { "config/config.yaml": "", "config/production/config.yaml": "" };
    expect(
      readInMemory({ "config/config.yaml": "" }, { ENVIRONMENT: "production" }).project?.environment.name,
    ).toBe("production");
    expect(readInMemory(plainFiles).lines).toEqual(["config/production:1:1 FILE_UNKNOWN"]);
  });

  test("inside config/ belong to the project above it, also without base", () => {
    const { project, lines } = readInMemory(
      { "config/production/config.yaml": "a: 1" },
      {},
      { configPath: "config/production" },
    );
    expect(lines).toEqual([]);
    expect(project).toMatchObject({ projectFolder: "/project", environment: { name: "production" } });
    expect(project?.config.location.file).toBe("config/production/config.yaml");
  });
});
