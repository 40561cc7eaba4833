import { startPostgres } from "../servers/postgres.js";
import { serverTransactions } from "./server-transactions.js";

serverTransactions(
  "postgresql",
  {
    sleep: (seconds) => `SELECT pg_sleep(${seconds})`,
    sleeping:
      "SELECT 1 FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = 'broken' AND state = 'active' AND query LIKE '%pg_sleep(30)%'",
  },
  startPostgres,
);
