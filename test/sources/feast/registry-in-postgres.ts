import { join } from "node:path";
import { loadDriver } from "../../../src/connections/sqlite/driver.js";
import type { DatabaseServer } from "../../servers/database-server.js";
import { fixtures } from "./feast-project.js";

interface Column {
  readonly name: string;
  readonly type: string;
}

/** Statements that make the tables of the recorded SQL registry, with all their rows, in PostgreSQL. */
export function registryStatements(): readonly string[] {
  const { DatabaseSync } = loadDriver();
  const path = join(fixtures, "sqlite-sql-registry/data/registry_sql.db");
  const database = new DatabaseSync(path, { readOnly: true, timeout: 1_000 });
  try {
    const all = <Row>(text: string) => database.prepare(text).all() as Row[];
    const tables = all<{ name: string; sql: string }>(
      "SELECT name, sql FROM sqlite_schema WHERE type = 'table'",
    );
    return tables.flatMap(({ name, sql }) => {
      const columns = all<Column>(`PRAGMA table_info(${name})`);
      const rows = all<Readonly<Record<string, unknown>>>(`SELECT * FROM ${name}`);
      const inserts = rows.map(
        (row) => `INSERT INTO ${name} VALUES (${columns.map((column) => literal(row[column.name])).join()})`,
      );
      return [sql.replaceAll("BLOB", "BYTEA"), ...inserts];
    });
  } finally {
    database.close();
  }
}

function literal(value: unknown): string {
  if (value === null || typeof value === "number") return String(value);
  if (typeof value === "string") return `'${value.replaceAll("'", "''")}'`;
  return `'\\x${Buffer.from(value as Uint8Array).toString("hex")}'`;
}

/** The `feature_store.yaml` of the recorded repository, with its registry in a database of this server. */
export function storeYaml(server: DatabaseServer, database: string, parameters = ""): string {
  const [, url] = /connection_string: postgresql(.*)/.exec(server.source(database))!;
  return `project: shop
registry:
  registry_type: sql
  path: postgresql+psycopg${url}${parameters}
  cache_ttl_seconds: 60
online_store: { type: sqlite, path: data/online_store.db }
entity_key_serialization_version: 3
`;
}
