import type { SourceLog } from "../../../contracts/source.js";
import { PostgresClient } from "../online/postgres-client.js";
import type { PostgresSettings } from "../repository/online-store-config.js";
import type { RegistryQueries } from "./sql-registry.js";

/** The tables of a registry in a PostgreSQL, given by a URL of SQLAlchemy's. */
export function postgresQueries(url: string, log: SourceLog): RegistryQueries {
  const client = new PostgresClient(settingsOf(url), log);
  return {
    async messages(table, column, project) {
      if (!(await hasTable(client, table))) return [];
      const text = `SELECT ${column} AS bytes FROM ${table} WHERE project_id = $1`;
      return (await client.query<{ bytes: Buffer }>(text, [project])).map(({ bytes }) => bytes);
    },
    async versions(project) {
      if (!(await hasTable(client, "feature_view_version_history"))) return [];
      const text = `SELECT feature_view_proto AS bytes, feature_view_type AS kind, version_number AS version
        FROM feature_view_version_history WHERE project_id = $1`;
      const rows = await client.query<{ bytes: Buffer; kind: string; version: number }>(text, [project]);
      return rows.map(({ bytes, kind, version }) => [bytes, kind, version] as const);
    },
    async lastUpdated(project) {
      const text = `SELECT metadata_key, metadata_value FROM feast_metadata
        WHERE project_id = $1 ORDER BY metadata_key`;
      return JSON.stringify(await client.query(text, [project]));
    },
    close: () => client.close(),
  };
}

async function hasTable(client: PostgresClient, table: string): Promise<boolean> {
  const rows = await client.query<{ found: string | null }>("SELECT to_regclass($1)::text AS found", [table]);
  return rows[0]?.found != null;
}

function settingsOf(url: string): PostgresSettings {
  const parsed = new URL(url.replace(/^postgres(ql)?(\+\w+)?:/, "postgresql:"));
  return {
    host: parsed.hostname === "" ? "localhost" : parsed.hostname,
    port: parsed.port === "" ? 5432 : Number(parsed.port),
    database: decodeURIComponent(parsed.pathname.slice(1)),
    schema: "public",
    user: decodeURIComponent(parsed.username),
    password: decodeURIComponent(parsed.password),
    sslMode: parsed.searchParams.get("sslmode") ?? "prefer",
    sslKeyFile: parsed.searchParams.get("sslkey") ?? undefined,
    sslCertFile: parsed.searchParams.get("sslcert") ?? undefined,
    sslRootFile: parsed.searchParams.get("sslrootcert") ?? undefined,
    maxConnections: 2,
  };
}
