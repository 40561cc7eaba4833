// `npm run bench`: one endpoint, by this service and written by hand, under the same load. See README.md.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { contenders } from "./contenders.mjs";
import { measure } from "./measure.mjs";
import { onCore, startNode } from "./processes.mjs";
import { printTable } from "./print-table.mjs";
import { prepareProject } from "./project.mjs";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "4" },
    rounds: { type: "string", default: "4" },
    connections: { type: "string", default: "32" },
    only: { type: "string" },
  },
});

const folder = mkdtempSync(join(tmpdir(), "bench-"));
const project = prepareProject(folder);
const traffic = await startNode("bench/traffic.mjs", [project], { core: onCore.load });
const figures = new Map();
try {
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const contender of contenders.filter(({ name }) => name.includes(values.only ?? ""))) {
      const figure = await runOnce(contender);
      figures.set(contender, [...(figures.get(contender) ?? []), figure]);
    }
  }
  printTable(figures, values);
} finally {
  await traffic.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function runOnce({ file, args }) {
  const server = await startNode(file, [project, ...args], {
    core: onCore.server,
    env: { TRAFFIC_API_URL: traffic.url, ADMIN_PORT: "0" },
  });
  try {
    return await measure(server, {
      seconds: Number(values.seconds),
      connections: Number(values.connections),
    });
  } finally {
    await server.stop();
  }
}
