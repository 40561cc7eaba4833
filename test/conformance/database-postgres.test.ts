import { startPostgres } from "../servers/postgres.js";
import { postgresForms } from "./postgres-forms.js";
import { serverConformance } from "./server-conformance.js";

const own = "pid <> pg_backend_pid() AND datname = 'behaviour'";

serverConformance(
  "postgresql",
  {
    sleep: (seconds) => `SELECT pg_sleep(${seconds})`,
    sleeping: `SELECT 1 FROM pg_stat_activity WHERE ${own} AND state = 'active' AND query LIKE '%pg_sleep(30)%'`,
    connected: `SELECT 1 FROM pg_stat_activity WHERE ${own}`,
    isEncrypted: "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()",
    connection: "SELECT pg_backend_pid()",
    applicationName: "SELECT current_setting('application_name')",
  },
  startPostgres,
  `CREATE FUNCTION make_note(n integer) RETURNS integer LANGUAGE sql VOLATILE
     AS 'INSERT INTO notes (id, body) VALUES (n, ''made'') RETURNING id'`,
  postgresForms,
);
