import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import pino from "pino";
import { openApp } from "../../../src/server/app.js";
import { startLoad } from "../load-generator.js";

/** A process of its own: reloads a project in a folder as often as it is told to, under load, and prints a report. */
const [folder = "", times = "10"] = process.argv.slice(2);
const brokenEvery = 10;

mkdirSync(join(folder, "config/domains"), { recursive: true });
mkdirSync(join(folder, "data"), { recursive: true });
const write = (path: string, content: string) => writeFileSync(join(folder, path), content);
write("config/config.yaml", "server: { host: 127.0.0.1, port: 0 }\nadmin: false\n");
write(
  "config/database.yaml",
  `database:
  sources:
    default: { connection_string: "sqlite:///data/kept.db" }
  operations:
    one: { query: "SELECT 1 AS n", returns: one }
`,
);
const domain = (value: number | string) => `endpoints:
  version:
    path: /version
    data_sources: [{ name: row, type: database, operation: one }]
    response_mapping: { value: ${value}, n: $row.n }
`;
write("config/domains/shop.yaml", domain(0));

const logger = pino({ level: "silent" });
const { app, generations, reloader } = await openApp({ workingFolder: folder, logger });
const url = `${await app.listen()}/orchestrator/version`;
const load = startLoad(url, 4);
const counts = { reloaded: 0, unchanged: 0, refused: 0 };
const heapMb: number[] = [];
let mostOld = 0;
let openedAgain = 0;
let unreported = 0;
const startedAtMs = performance.now();
for (let time = 1; time <= Number(times); time++) {
  const isBroken = time % brokenEvery === 0;
  write("config/domains/shop.yaml", domain(isBroken ? "$nobody.value" : time));
  const { status, problems, sources } = await app.reload();
  counts[status]++;
  openedAgain += sources.opened.length;
  if (isBroken && problems[0]?.code !== "EXPRESSION_NAME_UNKNOWN") unreported++;
  mostOld = Math.max(mostOld, generations.old.length);
  if (time % (Number(times) / 10) === 0) heapMb.push(heapUsedMb());
}
const tookMs = performance.now() - startedAtMs;
const { answered, failures } = await load.stop();
await new Promise((resolve) => setTimeout(resolve, 100));
const left = {
  old: generations.old.length,
  current: generations.current.number,
  pending: reloader.pending.length,
};
await app.close();
process.stdout.write(
  JSON.stringify({ counts, answered, failures, mostOld, openedAgain, unreported, left, heapMb, tookMs }),
);

function heapUsedMb(): number {
  for (let again = 0; again < 3; again++) globalThis.gc?.();
  return Math.round(process.memoryUsage().heapUsed / 10_000) / 100;
}
