import { startPostgres } from "../servers/postgres.js";
import { serverConformance } from "./server-conformance.js";

serverConformance("postgresql", "SELECT pg_sleep(2)", startPostgres);
