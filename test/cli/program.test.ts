import { expect, test } from "vitest";
import { runCommand } from "./run-command.js";

const commands = ["init", "run", "check", "list", "explain", "call", "config", "export", "doctor", "version"];

test("--help names every command on stdout", async () => {
  const { code, stdout, stderr } = await runCommand("/", "--help");
  expect(code).toBe(0);
  expect(stderr).toBe("");
  for (const name of commands) expect(stdout).toContain(`  ${name}`);
});

test.each(commands)("%s --help ends with an example", async (name) => {
  const { code, stdout } = await runCommand("/", name, "--help");
  expect(code).toBe(0);
  expect(stdout).toContain(`Example:\n  orchestrator-api ${name}`);
});

test.each(["show", "backup", "restore"])("config %s --help ends with an example", async (name) => {
  const { code, stdout } = await runCommand("/", "config", name, "--help");
  expect(code).toBe(0);
  expect(stdout).toContain(`Example:\n  orchestrator-api config ${name}`);
});

test("a group of commands alone is wrong usage and names them", async () => {
  const { code, stderr } = await runCommand("/", "config");
  expect(code).toBe(2);
  expect(stderr).toContain('"orchestrator-api config" needs a command: show, backup, restore');
});

test("a misspelt command of a group is wrong usage with the nearest name", async () => {
  const { code, stderr } = await runCommand("/", "config", "shwo");
  expect(code).toBe(2);
  expect(stderr).toContain('Did you mean "config show"?');
});

test("help of a command is its --help", async () => {
  const { code, stdout } = await runCommand("/", "help", "check");
  expect(code).toBe(0);
  expect(stdout).toContain("--unset-ok");
});

test("a misspelt command is wrong usage with the nearest name", async () => {
  const { code, stdout, stderr } = await runCommand("/", "chekc");
  expect(code).toBe(2);
  expect(stdout).toBe("");
  expect(stderr).toBe('error COMMAND_UNKNOWN There is no command "chekc".\n  hint: Did you mean "check"?\n');
});

test("a misspelt option is wrong usage with the nearest name", async () => {
  const { code, stderr } = await runCommand("/", "check", "--jsn");
  expect(code).toBe(2);
  expect(stderr).toContain('"orchestrator-api check" has no option "--jsn".');
  expect(stderr).toContain('Did you mean "--json"?');
});

test("a misspelt option without a command is one of run", async () => {
  const { code, stderr } = await runCommand("/", "--prot", "9000");
  expect(code).toBe(2);
  expect(stderr).toContain('Did you mean "--port"?');
});

test("a missing argument is wrong usage", async () => {
  const { code, stderr } = await runCommand("/", "explain");
  expect(code).toBe(2);
  expect(stderr).toContain('Missing required argument "domain.endpoint".');
});

test.each(["eval", "test", "batch", "config diff"])("%s is planned and says so", async (name) => {
  const { code, stderr } = await runCommand("/", ...name.split(" "));
  expect(code).toBe(2);
  expect(stderr).toContain(`"${name}" is documented, but this version does not have it yet.`);
});

test.each(["0", "300", "x", "1.5", ""])("run --workers %j is wrong usage", async (workers) => {
  const { code, stderr } = await runCommand("/", "run", `--workers=${workers}`);
  expect(code).toBe(2);
  expect(stderr).toContain("is no number of workers");
});

test.each(["70000", "x", "-1", "1.5", ""])("run --port %j is wrong usage", async (port) => {
  const { code, stderr } = await runCommand("/", "run", `--port=${port}`);
  expect(code).toBe(2);
  expect(stderr).toContain("is no port");
});

test("version prints the version alone, and with --json what it runs on", async () => {
  const plain = await runCommand("/", "version");
  expect(plain.stdout).toMatch(/^\d+\.\d+\.\d+\S*\n$/);
  const json = JSON.parse((await runCommand("/", "version", "--json")).stdout) as Record<string, string>;
  expect(json).toEqual({
    version: plain.stdout.trim(),
    node: process.versions.node,
    platform: `${process.platform}-${process.arch}`,
  });
  expect((await runCommand("/", "--version")).stdout).toBe(plain.stdout);
});
