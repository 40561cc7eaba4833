import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Pool, QueryConfig, QueryResultRow } from "pg";
import type { SourceLog } from "../../../contracts/source.js";
import { failure, OrchestratorError } from "../../../problems/orchestrator-error.js";
import type { PostgresSettings } from "../repository/online-store-config.js";

const connectTimeoutMs = 5_000;

/** Queries of a PostgreSQL that holds features or a registry. The driver is loaded and connected when first needed. */
export class PostgresClient {
  private readonly settings: PostgresSettings;
  private readonly folder: string;
  private readonly log: SourceLog;
  private pool: Promise<Pool> | undefined;
  private lacksTls = false;
  private isClosed = false;

  /** `folder` is absolute: where relative paths of certificates begin. */
  constructor(settings: PostgresSettings, folder: string, log: SourceLog) {
    this.settings = settings;
    this.folder = folder;
    this.log = log;
  }

  /** Rejects with an OrchestratorError. `name` makes it a prepared statement. */
  async query<Row extends QueryResultRow>(text: string, values: unknown[], name?: string): Promise<Row[]> {
    if (this.isClosed) throw failure("SOURCE_CANCELLED", {}, { wasSent: false });
    try {
      return await this.rows<Row>(name === undefined ? { text, values } : { text, values, name });
    } catch (error) {
      throw this.explained(error);
    }
  }

  /** As `query`, but rejects with the driver's own errors. */
  async rows<Row extends QueryResultRow>(query: QueryConfig & { query_timeout?: number }): Promise<Row[]> {
    const pool = (this.pool ??= this.connect());
    try {
      return (await (await pool).query<Row>(query)).rows;
    } catch (error) {
      if (!this.mayGoWithoutTls(error)) throw error;
      this.lacksTls = true;
      if (this.pool === pool) this.pool = undefined;
      return this.rows(query);
    }
  }

  async close(): Promise<void> {
    this.isClosed = true;
    const pool = this.pool;
    this.pool = undefined;
    await (await pool)?.end();
  }

  /** `prefer` goes on without encryption where the server has none. */
  private mayGoWithoutTls(error: unknown): boolean {
    return this.settings.sslMode === "prefer" && /does not support SSL/.test((error as Error).message);
  }

  private async connect(): Promise<Pool> {
    const { default: pg } = await import("pg");
    const { host, port, database, schemas, user, password, maxConnections } = this.settings;
    const path = schemas.map((schema) => `"${schema.replaceAll('"', '""')}"`).join();
    const pool = new pg.Pool({
      ...{ host, port, database, user, password },
      max: maxConnections,
      connectionTimeoutMillis: connectTimeoutMs,
      options: `-c search_path=${path.replaceAll(" ", "\\ ")}`,
      ...(this.lacksTls ? {} : sslOptions(this.settings, this.folder)),
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
function sslOptions({ sslMode, sslKeyFile, sslCertFile, sslRootFile }: PostgresSettings, folder: string) {
  if (["disable", "allow"].includes(sslMode)) return {};
  const read = (path: string) => readFileSync(resolve(folder, path));
  return {
    ssl: {
      rejectUnauthorized: sslMode.startsWith("verify"),
      ...(sslMode === "verify-ca" ? { checkServerIdentity: () => undefined } : {}),
      ...(sslRootFile === undefined ? {} : { ca: read(sslRootFile) }),
      ...(sslCertFile === undefined ? {} : { cert: read(sslCertFile) }),
      ...(sslKeyFile === undefined ? {} : { key: read(sslKeyFile) }),
    },
  };
}
