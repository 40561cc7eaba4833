import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createApp } from "../../src/server/app.js";
import { runCommand, temporaryFolder } from "../cli/run-command.js";

async function minimalProject(): Promise<string> {
  const folder = temporaryFolder();
  await runCommand(folder, "init");
  return folder;
}

test("the minimal template is exactly the documented tree", async () => {
  const entries = readdirSync(await minimalProject(), { recursive: true })
    .map(String)
    .sort();
  expect(entries).toEqual([
    "README.md",
    "config",
    "config/config.yaml",
    "config/database.yaml",
    "config/domains",
    "config/domains/example.yaml",
    "config/integrations",
  ]);
});

test("it has no problem, not even a note", async () => {
  const { code, stdout } = await runCommand(await minimalProject(), "check");
  expect(stdout).toBe("");
  expect(code).toBe(0);
});

test("its endpoint answers at once, from a database made when it is first used", async () => {
  const folder = await minimalProject();
  const app = await createApp({ configPath: join(folder, "config"), logLevel: "silent" });
  const reply = await app.inject({ method: "GET", url: "/orchestrator/example/hello?name=Grace" });
  expect(reply.statusCode).toBe(200);
  expect(reply.json()).toMatchObject({ greeting: "Hello, Grace!", letters: 5, size: "short" });
  const plain = await app.inject({ method: "GET", url: "/orchestrator/example/hello" });
  expect(plain.json()).toMatchObject({ greeting: "Hello, World!" });
  expect(existsSync(join(folder, "data/local.db"))).toBe(true);
  await app.close();
});
