// `npm run demo`: the demo template in ./demo, running on the code of this checkout.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = fileURLToPath(new URL("..", import.meta.url));
const demo = join(root, "demo");
const { values } = parseArgs({ options: { port: { type: "string" } } });
const port = values.port ?? process.env.PORT ?? "8000";
const url = `http://localhost:${port}`;

buildIfNeeded();
if (!existsSync(join(demo, "run.ts"))) runNode(["dist/cli/main.js", "init", "demo", "--template", "demo"]);
linkPackage();
serve();
await answers();
console.log(`
The demo answers at ${url}, its explorer is ${url}/docs, its files are in ./demo. Try:

  curl "${url}/orchestrator/flights/DFW/LAX/outlook?hour=17&day_of_week=4"
`);

function buildIfNeeded() {
  const built = join(root, "dist/cli/main.js");
  if (!existsSync(built) || statSync(built).mtimeMs < newestIn(join(root, "src")))
    runNode(["scripts/build.mjs"]);
}

function newestIn(folder) {
  const entries = readdirSync(folder, { recursive: true });
  return Math.max(...entries.map((entry) => statSync(join(folder, entry)).mtimeMs));
}

function runNode(args) {
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}

/** So that `import "orchestrator-api-service"` finds this checkout. */
function linkPackage() {
  const link = join(demo, "node_modules/orchestrator-api-service");
  if (existsSync(link)) return;
  mkdirSync(join(demo, "node_modules"), { recursive: true });
  symlinkSync(root, link, "junction");
}

function serve() {
  const args = ["--import", import.meta.resolve("tsx"), "run.ts", "--port", port];
  const child = spawn(process.execPath, args, { cwd: demo, stdio: "inherit" });
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  // A terminal sends Ctrl+C to both; a second one would end the service in the middle of its work.
  process.on("SIGINT", () => undefined);
  child.on("exit", (code) => process.exit(code ?? 1));
}

async function answers() {
  for (;;) {
    const reply = await fetch(`${url}/livez`).catch(() => undefined);
    if (reply?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
