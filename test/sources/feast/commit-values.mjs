// Another program that writes into an online store: its file, journal mode and table, and a feature of integers are the
// arguments. For each line on the standard input, a number, it gives that value to the feature in all rows in one
// transaction, and says the number again once that has ended.
import { createInterface } from "node:readline";
import { loadDriver } from "../../../dist/connections/sqlite/driver.js";

const [, , path, mode, table, feature] = process.argv;
const connection = new (loadDriver().DatabaseSync)(path, { readOnly: false, timeout: 5_000 });
connection.exec(`PRAGMA journal_mode = ${mode}; PRAGMA synchronous = OFF`);
const change = connection.prepare(`UPDATE "${table}" SET value = unhex(?1) WHERE feature_name = ?2`);
process.stdout.write("ready\n");
for await (const line of createInterface({ input: process.stdin })) {
  const value = Number(line);
  const bytes = [0x20, (value & 127) | 128, value >> 7];
  change.run(Buffer.from(bytes).toString("hex"), feature);
  process.stdout.write(`${line}\n`);
}
connection.close();
