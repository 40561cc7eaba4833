import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { CustomTypesConfig, Pool, QueryConfig, QueryResultRow } from "pg";
import { replyTooLarge } from "../../../connections/http/reply-too-large.js";
import type { SourceLog } from "../../../contracts/source.js";
import { failure, OrchestratorError } from "../../../problems/orchestrator-error.js";
import type { PostgresSettings } from "../repository/online-store-config.js";
import { usesTls } from "../repository/postgres-tls.js";

const connectTimeoutMs = 5_000;
const longestAnswerMs = 30_000;

export interface PostgresClientOptions {
  readonly settings: PostgresSettings;
  /** Absolute: where relative paths of certificates begin. */
  readonly folder: string;
  /** How long an answer may be, as the server sends it. */
  readonly maxBytes: number;
  /** How long a server that hangs is waited for: then the connection is given up. */
  readonly answerTimeoutMs?: number;
  readonly log: SourceLog;
}

interface Connected {
  readonly pool: Pool;
  readonly types: CustomTypesConfig;
}

/** Queries of a PostgreSQL that holds features or a registry. The driver is loaded and connected when first needed. */
export class PostgresClient {
  private readonly options: PostgresClientOptions;
  private connected: Promise<Connected> | undefined;
  private lacksTls = false;
  private isClosed = false;

  constructor(options: PostgresClientOptions) {
    this.options = options;
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
  async rows<Row extends QueryResultRow>(query: QueryConfig): Promise<Row[]> {
    const connected = (this.connected ??= this.connect());
    try {
      const { pool, types } = await connected;
      return (await pool.query<Row>({ ...query, types: limited(types, this.options.maxBytes) })).rows;
    } catch (error) {
      if (!this.mayGoWithoutTls(error)) throw error;
      this.lacksTls = true;
      if (this.connected === connected) this.connected = undefined;
      return this.rows(query);
    }
  }

  async close(): Promise<void> {
    this.isClosed = true;
    const { connected } = this;
    this.connected = undefined;
    await (await connected)?.pool.end();
  }

  /** `prefer` goes on without encryption where the server has none. */
  private mayGoWithoutTls(error: unknown): boolean {
    return (
      this.options.settings.sslMode === "prefer" && /does not support SSL/.test((error as Error).message)
    );
  }

  private get answerTimeoutMs(): number {
    return this.options.answerTimeoutMs ?? longestAnswerMs;
  }

  private async connect(): Promise<Connected> {
    const { default: pg } = await import("pg");
    const { settings, folder, log } = this.options;
    const { host, port, database, schemas, user, password, maxConnections } = settings;
    const path = schemas.map((schema) => `"${schema.replaceAll('"', '""')}"`).join();
    const pool = new pg.Pool({
      ...{ host, port, database, user, password },
      max: maxConnections,
      connectionTimeoutMillis: connectTimeoutMs,
      query_timeout: this.answerTimeoutMs,
      options: `-c search_path=${path.replaceAll(" ", "\\ ")}`,
      ...(this.lacksTls ? {} : sslOptions(settings, folder)),
    });
    pool.on("error", (error) => log("warn", "A connection to PostgreSQL broke.", { reason: error.message }));
    return { pool, types: pg.types };
  }

  private explained(error: unknown): OrchestratorError {
    if (error instanceof OrchestratorError) return error;
    const { code, message } = error as { code?: string; message: string };
    const { log } = this.options;
    if (code === "42P01") {
      const hint =
        "A feature view has no table in the online store: run `feast apply` and `feast materialize`.";
      log("error", hint, { reason: message });
      return failure("QUERY_FAILED", {}, { cause: error });
    }
    log("warn", "PostgreSQL failed.", { reason: message });
    if (code !== undefined && /^[0-9A-Z]{5}$/.test(code) && !/^(08|57|28|3D)/.test(code)) {
      return failure("QUERY_FAILED", {}, { cause: error });
    }
    if (message === "Query read timeout") {
      return failure("SOURCE_TIMED_OUT", { afterMs: this.answerTimeoutMs }, { cause: error });
    }
    if (/terminated unexpectedly|ECONNRESET/.test(`${message} ${code}`)) {
      return failure("SOURCE_CONNECTION_LOST", {}, { cause: error });
    }
    return failure("SOURCE_UNREACHABLE", {}, { wasSent: false, cause: error });
  }
}

/** Readers of values that count what they are given: the first that is too much ends the answer. */
function limited(types: CustomTypesConfig, maxBytes: number): CustomTypesConfig {
  let bytes = 0;
  const getTypeParser: CustomTypesConfig["getTypeParser"] = (id, format) => {
    const read = types.getTypeParser(id, format) as (value: string | Buffer) => unknown;
    return (value: string | Buffer) => {
      bytes += value.length;
      if (bytes > maxBytes) throw replyTooLarge(maxBytes);
      return read(value);
    };
  };
  return { getTypeParser };
}

/** `require` encrypts and trusts whoever answers, as libpq does. */
function sslOptions({ sslMode, sslKeyFile, sslCertFile, sslRootFile }: PostgresSettings, folder: string) {
  if (!usesTls(sslMode)) return {};
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
