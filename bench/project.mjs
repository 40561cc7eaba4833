// The demo project in a folder of its own, with its tables filled and the measured endpoint added.
import { spawnSync } from "node:child_process";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const command = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));

/** Answers the project's folder. */
export function prepareProject(folder) {
  runIn(process.cwd(), ["init", folder, "--template", "demo"]);
  runIn(folder, ["call", "flights.get", "--param", "flight_id=1"]);
  cpSync(fileURLToPath(new URL("domain", import.meta.url)), `${folder}/config/domains/bench`, {
    recursive: true,
  });
  turnDebugOff(`${folder}/config/config.yaml`);
  return folder;
}

/** It makes every reply name its steps and their times, which no hand-written server does. */
function turnDebugOff(path) {
  writeFileSync(path, readFileSync(path, "utf8").replace("debug: true", "debug: false"));
}

function runIn(folder, args) {
  const { status, stderr } = spawnSync(process.execPath, [command, ...args], {
    cwd: folder,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(stderr);
}
