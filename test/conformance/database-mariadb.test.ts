import { describeMariaDb, startMariaDb } from "../servers/mariadb.js";
import { mariadbForms } from "./mariadb-forms.js";
import { serverConformance } from "./server-conformance.js";

const own = "ID <> CONNECTION_ID() AND DB = 'behaviour'";

describeMariaDb("MariaDB", () =>
  serverConformance(
    "mariadb",
    {
      sleep: (seconds) => `SELECT SLEEP(${seconds})`,
      sleeping: `SELECT 1 FROM information_schema.PROCESSLIST WHERE ${own} AND INFO LIKE '%SLEEP(30)%'`,
      connected: `SELECT 1 FROM information_schema.PROCESSLIST WHERE ${own}`,
      isEncrypted:
        "SELECT VARIABLE_VALUE <> '' FROM information_schema.SESSION_STATUS WHERE VARIABLE_NAME = 'SSL_CIPHER'",
      connection: "SELECT CONNECTION_ID()",
      applicationName:
        "SELECT ATTR_VALUE FROM performance_schema.session_connect_attrs WHERE PROCESSLIST_ID = CONNECTION_ID() AND ATTR_NAME = 'program_name'",
    },
    startMariaDb,
    `CREATE FUNCTION make_note(n INTEGER) RETURNS INTEGER DETERMINISTIC MODIFIES SQL DATA
       BEGIN INSERT INTO notes (id, body) VALUES (n, 'made'); RETURN n; END`,
    mariadbForms,
  ),
);
