// Opens the file of the first argument with the init script of the second, and prints how many rows `t` has; or closes
// while the query of the third runs, with the time over that it would be given, and prints what becomes of it.
import { setTimeout as pause } from "node:timers/promises";
import { openSqlite } from "../../../dist/connections/sqlite/database.js";
import { nodeHost } from "../../../dist/host/node-host.js";

const [, , path, script, query] = process.argv;
const { clock } = nodeHost();
let skippedMs = 0;
const database = await openSqlite({
  path,
  readers: 1,
  poolTimeoutMs: 5_000,
  pragmas: [],
  init: { scripts: [{ path: script, shown: "init.sql" }], tables: [] },
  clock: { ...clock, monotonicMs: () => clock.monotonicMs() + skippedMs },
  log: (level, message) => process.stderr.write(`${level} ${message}\n`),
});
const statement = { text: query ?? "SELECT count(*) FROM t", effect: "read", returns: "value", maxRows: 1 };
const answer = new Promise((resolve) => {
  database.run({ ...statement, changesRows: false, insertsInto: undefined }, [], {
    succeed: resolve,
    fail: ({ kind }) => resolve(kind),
  });
});
void answer.then((value) => process.stdout.write(`${value}\n`));
if (query === undefined) await answer;
else {
  while (database.load().busy === 0) await pause(1);
  await pause(50);
}
const closed = database.close();
skippedMs = 60_000;
await closed;
