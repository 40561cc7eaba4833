// Builds dist/ from src/. The old one stays in place until the new one is whole.
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const fresh = at(`node_modules/.cache/build-${process.pid}`);

try {
  compile();
  if (existsSync(at("src/server/vendor")))
    cpSync(at("src/server/vendor"), `${fresh}/server/vendor`, { recursive: true });
  chmodSync(`${fresh}/cli/main.js`, 0o755);
  rmSync(at("dist"), { recursive: true, force: true });
  renameSync(fresh, at("dist"));
} finally {
  rmSync(fresh, { recursive: true, force: true });
}

function compile() {
  mkdirSync(fresh, { recursive: true });
  const args = ["-p", at("tsconfig.build.json"), "--outDir", fresh];
  const { status, error } = spawnSync(at("node_modules/.bin/tsc"), args, {
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  if (error !== undefined) throw error;
  if (status !== 0) process.exit(status ?? 1);
}
