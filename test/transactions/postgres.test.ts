import { afterAll, beforeAll } from "vitest";
import type { DatabaseServer } from "../servers/database-server.js";
import { startPostgres } from "../servers/postgres.js";
import { brokenOff, namedTable } from "./broken-off.js";
import { bankTables, transfers } from "./transfers.js";

let server: DatabaseServer | undefined;
beforeAll(async () => {
  server = await startPostgres();
  await server.createDatabase("bank");
  await server.admin("bank", ...bankTables);
  await server.createDatabase("broken");
  await server.admin("broken", namedTable);
}, 120_000);
afterAll(() => server?.stop());

transfers("postgresql", async () => server!.source("bank", "pool_timeout: 20s\n"));
brokenOff(
  "postgresql",
  {
    sleep: (seconds) => `SELECT pg_sleep(${seconds})`,
    sleeping:
      "SELECT 1 FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = 'broken' AND state = 'active' AND query LIKE '%pg_sleep(30)%'",
  },
  () => server!,
);
