// Runs npm scripts beside each other, as `node scripts/beside.mjs lint format`; fails when one of them does.
import { spawn } from "node:child_process";

const run = (script) =>
  new Promise((resolve) => {
    const shell = process.platform === "win32";
    spawn("npm", ["run", script], { stdio: "inherit", shell }).once("close", resolve);
  });

const codes = await Promise.all(process.argv.slice(2).map(run));
if (codes.some((code) => code !== 0)) process.exit(1);
