import { spawn } from "node:child_process";
import { appendFileSync, mkdirSync, symlinkSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { initProject } from "../../src/cli/init-project.js";
import { temporaryFolder } from "../cli/run-command.js";
import { root } from "../templates/documented-files.js";

test("run.ts starts the traffic API and the service, and ends both at SIGTERM", async () => {
  const folder = temporaryFolder();
  initProject({ folder, template: "demo" });
  appendFileSync(join(folder, "config/config.yaml"), "\nadmin: false\n");
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(root, join(folder, "node_modules/orchestrator-api-service"), "junction");
  const port = await freePort();
  const args = ["--import", import.meta.resolve("tsx"), "run.ts", "--port", String(port)];
  const child = spawn(process.execPath, args, { cwd: folder, stdio: "ignore" });
  onTestFinished(() => void child.kill("SIGKILL"));
  const ended = new Promise((resolve) => child.once("close", resolve));
  const url = `http://127.0.0.1:${port}/orchestrator/flights/DFW/LAX/outlook?hour=17&day_of_week=4`;
  const reply = await answerOf(url);
  expect(await reply.json()).toMatchObject({ distance: 1235, traffic: { departures: 1861 } });
  expect(reply.headers.get("x-orchestrator-complete")).toBe("true");
  child.kill("SIGTERM");
  expect(await ended).toBe(0);
});

async function answerOf(url: string): Promise<Response> {
  for (;;) {
    const reply = await fetch(url).catch(() => undefined);
    if (reply !== undefined) return reply;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
