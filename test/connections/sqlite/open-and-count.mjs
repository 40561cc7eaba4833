// Opens the file of the first argument with the init script of the second, and prints how many rows `t` has.
import { openSqlite } from "../../../dist/connections/sqlite/database.js";
import { nodeHost } from "../../../dist/host/node-host.js";

const [, , path, script, query] = process.argv;
const database = await openSqlite({
  path,
  readers: 1,
  poolTimeoutMs: 5_000,
  pragmas: [],
  init: { scripts: [{ path: script, shown: "init.sql" }], tables: [] },
  clock: nodeHost().clock,
  log: (level, message) => process.stderr.write(`${level} ${message}\n`),
});
const patience = query === undefined ? 10_000 : 100;
const statement = { text: query ?? "SELECT count(*) FROM t", effect: "read", returns: "value", maxRows: 1 };
const answer = new Promise((resolve) => {
  database.run({ ...statement, changesRows: false, insertsInto: undefined }, [], {
    succeed: resolve,
    fail: ({ kind }) => resolve(kind),
  });
});
void answer.then((value) => process.stdout.write(`${value}\n`));
await Promise.race([answer, new Promise((resolve) => setTimeout(resolve, patience))]);
await database.close();
