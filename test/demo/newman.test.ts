import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { runCommand, setVariables } from "../cli/run-command.js";
import { firstAnswer, freePort, generatedProject, startScript } from "../templates/started-project.js";

vi.setConfig({ testTimeout: 300_000 });

const newman = "newman@6.2.2";
const toolFolder = mkdtempSync(join(tmpdir(), "newman-"));
let tool: string | undefined;

beforeAll(() => (tool = installNewman(toolFolder)), 300_000);
afterAll(() => rmSync(toolFolder, { recursive: true, force: true }));

test.each(["demo", "full"])(
  "the Postman collection of the template %s passes in newman",
  async (template) => {
    if (tool === undefined) return;
    const folder = generatedProject(template);
    const port = await freePort();
    setVariables({ PORT: String(port) });
    expect((await runCommand(folder, "export", "postman", "--output", "tests/postman")).code).toBe(0);
    const service = startScript(folder, "run.ts", ["--port", String(port)]);
    await firstAnswer(`http://127.0.0.1:${port}/readyz`, service);
    const collection = template === "demo" ? "flight-delays" : "shop-api";
    const files = [`tests/postman/${collection}.postman_collection.json`];
    files.push("--environment", "tests/postman/development.postman_environment.json");
    const report = ["--reporters", "cli,json", "--reporter-json-export", "report.json", "--color", "off"];
    const child = spawnSync(process.execPath, [tool, "run", ...files, ...report], {
      cwd: folder,
      encoding: "utf8",
    });
    expect(child.status, `${child.stdout}${child.stderr}`).toBe(0);
    const { run } = JSON.parse(readFileSync(join(folder, "report.json"), "utf8")) as {
      run: { stats: Record<string, { total: number; failed: number }> };
    };
    expect(run.stats["requests"]!.total).toBeGreaterThan(5);
    expect(run.stats["assertions"]).toMatchObject({ failed: 0 });
    expect(run.stats["assertions"]!.total).toBeGreaterThan(20);
  },
);

/** Where newman runs from; `undefined`, with one line that says why, where it cannot be had outside CI. */
function installNewman(folder: string): string | undefined {
  const args = ["install", "--prefix", folder, "--no-save", "--no-audit", "--no-fund", newman];
  const { status, stderr } = spawnSync("npm", args, {
    encoding: "utf8",
    shell: process.platform === "win32",
  });
  if (status === 0) return join(folder, "node_modules/newman/bin/newman.js");
  if (process.env["CI"]) throw new Error(`npm could not install ${newman}: ${stderr}`);
  process.stderr.write(`Not run: the Postman collection, as npm cannot install ${newman} here.\n`);
  return undefined;
}
