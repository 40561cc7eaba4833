import { afterAll, beforeAll } from "vitest";
import type { DatabaseServer } from "../servers/database-server.js";
import { describeMariaDb, startMariaDb } from "../servers/mariadb.js";
import { brokenOff, namedTable } from "./broken-off.js";
import { bankTables, transfers } from "./transfers.js";

describeMariaDb("MariaDB", () => {
  let server: DatabaseServer | undefined;
  beforeAll(async () => {
    server = await startMariaDb();
    await server.createDatabase("bank");
    await server.admin("bank", ...bankTables);
    await server.createDatabase("broken");
    await server.admin("broken", namedTable);
  }, 120_000);
  afterAll(() => server?.stop());

  transfers("mariadb", async () => server!.source("bank", "pool_timeout: 20s\n"));
  brokenOff(
    "mariadb",
    {
      sleep: (seconds) => `SELECT SLEEP(${seconds})`,
      sleeping:
        "SELECT 1 FROM information_schema.PROCESSLIST WHERE ID <> CONNECTION_ID() AND DB = 'broken' AND INFO LIKE '%SLEEP(30)%'",
    },
    () => server!,
  );
});
