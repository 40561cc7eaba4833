import { readFileSync } from "node:fs";
import type { Pool, QueryResultRow } from "pg";
import type { SourceLog } from "../../../contracts/source.js";
import { failure, OrchestratorError } from "../../../problems/orchestrator-error.js";
import type { PostgresSettings } from "../repository/online-store-config.js";

const connectTimeoutMs = 5_000;

/** Queries of a PostgreSQL that holds features or a registry. The driver is loaded and connected when first needed. */
export class PostgresClient {
  private readonly settings: PostgresSettings;
  private readonly log: SourceLog;
  private pool: Promise<Pool> | undefined;
  private isClosed = false;

  constructor(settings: PostgresSettings, log: SourceLog) {
    this.settings = settings;
    this.log = log;
  }

  /** Rejects with an OrchestratorError. `name` makes it a prepared statement. */
  async query<Row extends QueryResultRow>(text: string, values: unknown[], name?: string): Promise<Row[]> {
    if (this.isClosed) throw failure("SOURCE_CANCELLED", {}, { wasSent: false });
    try {
      const pool = await (this.pool ??= this.connect());
      const query = name === undefined ? { text, values } : { text, values, name };
      return (await pool.query<Row>(query)).rows;
    } catch (error) {
      throw this.explained(error);
    }
  }

  async close(): Promise<void> {
    this.isClosed = true;
    const pool = this.pool;
    this.pool = undefined;
    await (await pool)?.end();
  }

  private async connect(): Promise<Pool> {
    const { default: pg } = await import("pg");
    const { host, port, database, schema, user, password, maxConnections } = this.settings;
    const folder = (schema === "" ? user : schema).replaceAll('"', '""');
    const path = folder === "public" ? '"public"' : `"${folder}","public"`;
    const pool = new pg.Pool({
      ...{ host, port, database, user, password },
      max: maxConnections,
      connectionTimeoutMillis: connectTimeoutMs,
      options: `-c search_path=${path.replaceAll(" ", "\\ ")}`,
      ...sslOptions(this.settings),
    });
    pool.on("error", (error) =>
      this.log("warn", "A connection to PostgreSQL broke.", { reason: error.message }),
    );
    return pool;
  }

  private explained(error: unknown): OrchestratorError {
    if (error instanceof OrchestratorError) return error;
    const { code, message } = error as { code?: string; message: string };
    if (code === "42P01") {
      const hint =
        "A feature view has no table in the online store: run `feast apply` and `feast materialize`.";
      this.log("error", hint, { reason: message });
      return failure("QUERY_FAILED", {}, { cause: error });
    }
    this.log("warn", "PostgreSQL failed.", { reason: message });
    if (code !== undefined && /^[0-9A-Z]{5}$/.test(code) && !/^(08|57|28|3D)/.test(code)) {
      return failure("QUERY_FAILED", {}, { cause: error });
    }
    if (/terminated unexpectedly|ECONNRESET/.test(`${message} ${code}`)) {
      return failure("SOURCE_CONNECTION_LOST", {}, { cause: error });
    }
    return failure("SOURCE_UNREACHABLE", {}, { wasSent: false, cause: error });
  }
}

/** `require` encrypts and trusts whoever answers, as libpq does. */
function sslOptions({ sslMode, sslKeyFile, sslCertFile, sslRootFile }: PostgresSettings) {
  if (["disable", "allow", "prefer"].includes(sslMode)) return {};
  return {
    ssl: {
      rejectUnauthorized: sslMode.startsWith("verify"),
      ...(sslMode === "verify-ca" ? { checkServerIdentity: () => undefined } : {}),
      ...(sslRootFile === undefined ? {} : { ca: readFileSync(sslRootFile) }),
      ...(sslCertFile === undefined ? {} : { cert: readFileSync(sslCertFile) }),
      ...(sslKeyFile === undefined ? {} : { key: readFileSync(sslKeyFile) }),
    },
  };
}
