import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { modelPath } from "../../connections/onnx/onnx-fixture.js";
import { projectOf } from "../../cli/run-command.js";

/** The product as it is built, where every package is installed but one. */
let installation: string;

beforeAll(() => {
  installation = mkdtempSync(join(tmpdir(), "installation-"));
  cpSync("dist", join(installation, "dist"), { recursive: true });
  cpSync("package.json", join(installation, "package.json"));
  mkdirSync(join(installation, "node_modules"));
  for (const name of readdirSync("node_modules")) {
    if (name === "onnxruntime-node") continue;
    symlinkSync(resolve("node_modules", name), join(installation, "node_modules", name));
  }
});
afterAll(() => rmSync(installation, { recursive: true, force: true }));

function run(folder: string, ...args: readonly string[]): Promise<{ code: number; printed: string }> {
  return new Promise((ended) => {
    const program = [join(installation, "dist/cli/main.js"), ...args];
    execFile(process.execPath, program, { cwd: folder }, (error, stdout, stderr) => {
      ended({ code: error === null ? 0 : Number(error.code), printed: stdout + stderr });
    });
  });
}

test("a model file where ONNX Runtime is not installed: `check` needs it not, and the service says what to install", async () => {
  const folder = projectOf({
    "config/config.yaml": "app: { name: Models }\n",
    "config/integrations/ml_config.yaml": `ml:
  sources:
    default: { type: onnx, model_path: ${modelPath("classifier")}, inputs: [a, b, c, d] }
`,
    "config/domains/models.yaml": `endpoints:
  score:
    data_sources: [{ name: score, type: ml, params: { features: { a: 1, b: 2, c: 3, d: 4 } } }]
    response_mapping: $score
`,
  });
  expect(await run(folder, "check")).toMatchObject({ code: 0 });
  for (const command of [["call", "models.score"], ["run"]]) {
    const { code, printed } = await run(folder, ...command);
    expect(code).not.toBe(0);
    expect(printed).toContain(
      'DRIVER_MISSING A model of type onnx needs the package "onnxruntime-node", which is not installed.',
    );
    expect(printed).toContain("Run `ONNXRUNTIME_NODE_INSTALL=skip npm install onnxruntime-node@1`.");
  }
});
