import { describeMariaDb, startMariaDb } from "../servers/mariadb.js";
import { serverTransactions } from "./server-transactions.js";

describeMariaDb("MariaDB", () => {
  serverTransactions(
    "mariadb",
    {
      sleep: (seconds) => `SELECT SLEEP(${seconds})`,
      sleeping:
        "SELECT 1 FROM information_schema.PROCESSLIST WHERE ID <> CONNECTION_ID() AND DB = 'broken' AND INFO LIKE '%SLEEP(30)%'",
    },
    startMariaDb,
  );
});
