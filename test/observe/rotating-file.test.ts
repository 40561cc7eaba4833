import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { RotatingFile, type Rotation } from "../../src/observe/rotating-file.js";
import { temporaryFolder } from "../host/temporary-folder.js";

const rotation = (more: Partial<Rotation> = {}): Rotation => ({ maxSizeBytes: 1_000_000, keep: 10, ...more });
const hourMs = 3_600_000;

function logIn(
  folder: string,
  settings: Partial<Rotation> | undefined,
  clock = { nowMs: Date.UTC(2026, 2, 1, 12) },
) {
  const failures: string[] = [];
  const path = join(folder, "logs/app.log");
  const file = new RotatingFile({
    path,
    rotation: settings === undefined ? undefined : rotation(settings),
    nowMs: () => clock.nowMs,
    onFailure: ({ message }) => failures.push(message),
  });
  return { file, path, clock, failures, names: () => readdirSync(join(folder, "logs")).sort() };
}

describe("a log file", () => {
  test("and its folder are made, and what is there is gone on with", () => {
    const folder = temporaryFolder();
    const { file, path } = logIn(folder, undefined);
    file.write("one\n");
    expect(readFileSync(path, "utf8")).toBe("one\n");
    logIn(folder, undefined).file.write("two\n");
    expect(readFileSync(path, "utf8")).toBe("one\ntwo\n");
  });

  test("that cannot be written is complained of once, and tried again later", () => {
    const folder = temporaryFolder({ logs: "a file where the folder should be" });
    const { file, path, failures, clock } = logIn(folder, undefined);
    for (let line = 0; line < 5; line++) file.write("lost\n");
    expect(failures).toHaveLength(1);
    rmSync(join(folder, "logs"));
    clock.nowMs += 5_000;
    file.write("kept\n");
    expect(readFileSync(path, "utf8")).toBe("kept\n");
  });

  test("that was moved away is made anew when it is opened again", () => {
    const folder = temporaryFolder();
    const { file, path } = logIn(folder, undefined);
    file.write("one\n");
    rmSync(path);
    file.close();
    file.write("two\n");
    expect(readFileSync(path, "utf8")).toBe("two\n");
  });
});

describe("rotation by size", () => {
  test("begins a new file before one grows too large; no line is split or lost", () => {
    const { file, names } = logIn(temporaryFolder(), { maxSizeBytes: 10 });
    const written = Array.from({ length: 9 }, (_, index) => `line${index}\n`);
    for (const line of written) file.write(line);
    expect(names()).toHaveLength(9);
    expect(names().filter((name) => name !== "app.log")).toEqual(
      Array.from({ length: 8 }, (_, index) => `app.2026-03-01T12-00-00.${index + 1}.log`),
    );
  });

  test("writes a line that is longer than a file may be", () => {
    const { file, path, names } = logIn(temporaryFolder(), { maxSizeBytes: 4 });
    file.write("much too long\n");
    expect(names()).toEqual(["app.log"]);
    expect(readFileSync(path, "utf8")).toBe("much too long\n");
  });

  test("counts what was there before", () => {
    const folder = temporaryFolder({ "logs/app.log": "123456789" });
    const { file, path, names } = logIn(folder, { maxSizeBytes: 10 });
    file.write("ab\n");
    expect(names()).toHaveLength(2);
    expect(readFileSync(path, "utf8")).toBe("ab\n");
  });
});

describe("rotation by time", () => {
  test("begins a new file with the first line of each stretch", () => {
    const { file, path, clock, names } = logIn(temporaryFolder(), { everyMs: hourMs });
    file.write("at twelve\n");
    clock.nowMs += hourMs / 2;
    file.write("still\n");
    clock.nowMs += hourMs / 2;
    file.write("at one\n");
    expect(names()).toEqual(["app.2026-03-01T13-00-00.1.log", "app.log"]);
    expect(readFileSync(path, "utf8")).toBe("at one\n");
  });

  test("knows from the file how old it is, over restarts", () => {
    const folder = temporaryFolder({ "logs/app.log": "yesterday\n" });
    const { file, path, clock, names } = logIn(folder, { everyMs: 24 * hourMs });
    const before = new Date(clock.nowMs - 24 * hourMs);
    utimesSync(path, before, before);
    file.write("today\n");
    expect(names()).toHaveLength(2);
    expect(readFileSync(path, "utf8")).toBe("today\n");
  });
});

describe("retention", () => {
  test("keeps the newest files beside the one that is written, and no stranger is touched", () => {
    const folder = temporaryFolder({
      "logs/app.old.log": "mine",
      "logs/app.2026-03-01T12-00-00.1.log.gz": "mine",
    });
    const { file, clock, names } = logIn(folder, { maxSizeBytes: 5, keep: 3 });
    for (let line = 0; line < 12; line++) {
      clock.nowMs += 400;
      file.write(`l${line}\n`);
    }
    const kept = names().filter((name) => /^app\.\d.*\.log$/.test(name));
    expect(kept.map((name) => readFileSync(join(folder, "logs", name), "utf8"))).toEqual([
      "l8\n",
      "l9\n",
      "l10\n",
    ]);
    expect(names()).toEqual(expect.arrayContaining(["app.old.log", "app.2026-03-01T12-00-00.1.log.gz"]));
  });

  test("of none leaves the one that is written", () => {
    const { file, names } = logIn(temporaryFolder(), { maxSizeBytes: 5, keep: 0 });
    for (let line = 0; line < 12; line++) file.write(`l${line}\n`);
    expect(names()).toEqual(["app.log"]);
  });
});

describe("the end of a process", () => {
  const module = (name: string) =>
    JSON.stringify(resolve(import.meta.dirname, `../../src/observe/${name}.ts`));
  const writer = (ending: string) => `
import { LogOutput } from ${module("log-output")};
import { createLogger } from ${module("logger")};
const output = new LogOutput();
await output.configure({ format: "json", file: process.argv[2], rotation: { maxSizeBytes: 200_000, keep: 100 } });
const logger = createLogger("info", output);
for (let line = 0; line < 10_000; line++) logger.info({ line }, "counted");
${ending}
`;

  test.each([
    ["process.exit after a fatal error", 'logger.fatal("over"); process.exit(3);'],
    ["an error that nobody catches", 'throw new Error("over");'],
    ["SIGKILL", 'process.kill(process.pid, "SIGKILL");'],
  ])("by %s loses no line of 10,000, neither on stdout nor in the files", (_title, ending) => {
    const folder = temporaryFolder({ "write.mts": writer(ending) });
    mkdirSync(join(folder, "logs"));
    const args = [
      "--import",
      import.meta.resolve("tsx"),
      join(folder, "write.mts"),
      join(folder, "logs/app.log"),
    ];
    const { stdout } = spawnSync(process.execPath, args, { encoding: "utf8", maxBuffer: 1e8 });
    const inFiles = readdirSync(join(folder, "logs")).map((name) =>
      readFileSync(join(folder, "logs", name), "utf8"),
    );
    expect(inFiles.length).toBeGreaterThan(2);
    const expected = Array.from({ length: 10_000 }, (_, index) => index);
    expect(numbersIn(stdout)).toEqual(expected);
    expect(numbersIn(inFiles.join("")).sort((a, b) => a - b)).toEqual(expected);
  });

  test("with a log file that cannot be written goes on, and says so once on stderr", () => {
    const folder = temporaryFolder({ "write.mts": writer(""), logs: "no folder" });
    const args = [
      "--import",
      import.meta.resolve("tsx"),
      join(folder, "write.mts"),
      join(folder, "logs/app.log"),
    ];
    const { stdout, stderr, status } = spawnSync(process.execPath, args, {
      encoding: "utf8",
      maxBuffer: 1e8,
    });
    expect(status).toBe(0);
    expect(numbersIn(stdout)).toHaveLength(10_000);
    expect(stderr.match(/cannot be written/g)).toHaveLength(1);
    expect(existsSync(join(folder, "logs/app.log"))).toBe(false);
  });
});

function numbersIn(text: string): number[] {
  const lines = text.split("\n").filter((line) => line !== "");
  return lines
    .map((line) => (JSON.parse(line) as { line?: number }).line)
    .filter((number) => number !== undefined);
}

test("a file that is not rotated grows", () => {
  const folder = temporaryFolder();
  const { file, path } = logIn(folder, undefined);
  for (let line = 0; line < 1_000; line++) file.write("x".repeat(100));
  expect(readFileSync(path, "utf8")).toHaveLength(100_000);
});
