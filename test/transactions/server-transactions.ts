import { afterAll, beforeAll } from "vitest";
import type { DatabaseServer } from "../servers/database-server.js";
import { brokenOff, namedTable } from "./broken-off.js";
import { bankTables, transfers } from "./transfers.js";

/** Both suites for the transactions of one server, which runs while they do. */
export function serverTransactions(
  dialect: string,
  words: Parameters<typeof brokenOff>[1],
  start: () => Promise<DatabaseServer>,
): void {
  let server: DatabaseServer | undefined;
  beforeAll(async () => {
    server = await start();
    await server.createDatabase("bank");
    await server.admin("bank", ...bankTables);
    await server.createDatabase("broken");
    await server.admin("broken", namedTable);
  }, 120_000);
  afterAll(() => server?.stop());

  transfers(dialect, async () => server!.source("bank", "pool_timeout: 20s\n"));
  brokenOff(dialect, words, () => server!);
}
