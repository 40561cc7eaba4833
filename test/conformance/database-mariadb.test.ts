import { describeMariaDb, startMariaDb } from "../servers/mariadb.js";
import { serverConformance } from "./server-conformance.js";

describeMariaDb("MariaDB", () => serverConformance("mariadb", "SELECT SLEEP(2)", startMariaDb));
