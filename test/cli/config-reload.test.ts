import { readFileSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { runServer } from "../../src/server/run-server.js";
import { runCommand, projectOf } from "./run-command.js";

const domain = (value: number | string) =>
  `endpoints:\n  version:\n    response_mapping: { value: ${value} }\n`;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function running() {
  const port = await freePort();
  const folder = projectOf({
    "config/config.yaml": `server: { host: 127.0.0.1, port: 0 }\nadmin: { port: ${port} }\n`,
    "config/domains/shop.yaml": domain(1),
  });
  const server = await runServer({ workingFolder: folder, logLevel: "silent" });
  onTestFinished(() => server.stop());
  const write = (text: string) => writeFileSync(join(folder, "config/domains/shop.yaml"), text);
  return { folder, server, write, port };
}

test("the running service reloads, and says what came of it", async () => {
  const { folder, server, write } = await running();
  write(domain(2));
  const reloaded = await runCommand(folder, "config", "reload");
  expect(reloaded).toMatchObject({ code: 0, stdout: "" });
  expect(reloaded.stderr).toContain(
    "Reloaded; generation 2 serves now (sources kept: 0, opened: 0, closed: 0).",
  );
  expect((await server.app.inject("/orchestrator/shop/version")).json()).toEqual({ value: 2 });
  const again = await runCommand(folder, "config", "reload", "--json");
  expect(JSON.parse(again.stdout)).toMatchObject({ status: "unchanged", generation: 2, problems: [] });
});

test("problems are printed as `check` prints them, and end with 1", async () => {
  const { folder, write } = await running();
  write(domain("$nobody.value"));
  const { code, stdout, stderr } = await runCommand(folder, "config", "reload");
  const checked = await runCommand(folder, "check");
  expect(code).toBe(1);
  expect(stdout).toBe(checked.stdout);
  expect(stdout).toContain("config/domains/shop.yaml:3:32 error EXPRESSION_NAME_UNKNOWN");
  expect(stderr).toContain("Refused because of 1 error; generation 1 serves on.");
});

test("also a config.yaml with errors tells where the service is", async () => {
  const { folder, port } = await running();
  writeFileSync(join(folder, "config/config.yaml"), `sever: {}\nadmin: { port: ${port} }\n`);
  const { code, stdout } = await runCommand(folder, "config", "reload");
  expect(code).toBe(1);
  expect(stdout).toContain("config/config.yaml:1:1 error CONFIG_KEY_UNKNOWN");
});

test("what holds only after a restart is said", async () => {
  const { folder, port } = await running();
  writeFileSync(
    join(folder, "config/config.yaml"),
    `server: { host: 127.0.0.1, port: 1 }\nadmin: { port: ${port} }\n`,
  );
  const { code, stderr } = await runCommand(folder, "config", "reload");
  expect(code).toBe(0);
  expect(stderr).toContain("These hold only after a restart: server.port.");
});

test("another address and another token file can be named", async () => {
  const { folder, server } = await running();
  const other = projectOf({ "config/config.yaml": "admin: { port: 1 }\n" });
  const token = join(folder, "data/admin.token");
  const named = ["--admin-url", server.adminUrl!, "--token-file", token];
  expect(await runCommand(other, "config", "reload", ...named)).toMatchObject({ code: 0 });
  writeFileSync(join(other, "wrong.token"), "wrong");
  const refused = await runCommand(other, "config", "reload", ...named.slice(0, 3), "wrong.token");
  expect(refused).toMatchObject({ code: 1 });
  expect(refused.stderr).toContain("refused with status 401: This needs the admin token");
  expect(refused.stderr).not.toContain(readFileSync(token, "utf8").trim());
});

test.each([
  ["nothing listens", "admin: { port: 1 }\n", "a token", 1, "No service answers at http://127.0.0.1:1"],
  [
    "there is no token",
    "admin: { port: 1 }\n",
    undefined,
    1,
    'data/admin.token" cannot be used: there is none.',
  ],
  ["the listener is off", "admin: false\n", "a token", 1, "The admin listener is off"],
])("where %s, that is said", async (_title, config, token, code, words) => {
  const folder = projectOf({
    "config/config.yaml": config,
    ...(token !== undefined && { "data/admin.token": token }),
  });
  const ran = await runCommand(folder, "config", "reload");
  expect(ran).toMatchObject({ code, stdout: "" });
  expect(ran.stderr).toContain(words);
});

test("an address that is none is wrong usage", async () => {
  const folder = projectOf({ "config/config.yaml": "" });
  const ran = await runCommand(folder, "config", "reload", "--admin-url", "nowhere");
  expect(ran).toMatchObject({ code: 2, stdout: "" });
});
