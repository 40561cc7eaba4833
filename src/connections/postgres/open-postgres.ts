import type { Clock } from "../../contracts/host.js";
import { PooledDatabase, type SessionRole } from "../sql/pooled-database.js";
import type { PoolSettings } from "../sql/pool-settings.js";
import type { ServerLogin } from "../sql/server-login.js";
import { isolationLevels } from "../sql/isolation-levels.js";
import { FaultError } from "../sql/sql-fault.js";
import type { TlsMode } from "../sql/tls-mode.js";
import { describeStatement } from "./describe-statement.js";
import { connectFault } from "./postgres-fault.js";
import type { PgModule } from "./postgres-protocol.js";
import { PostgresSession, type StatementTyping } from "./postgres-session.js";
import type { PostgresStatement, PostgresValue } from "./postgres-statement.js";

export interface PostgresOptions extends PoolSettings {
  readonly login: ServerLogin;
  readonly tls: TlsMode;
  readonly applicationName: string;
  readonly clock: Clock;
  readonly log: (level: "warn", message: string) => void;
}

export type PostgresDatabase = PooledDatabase<PostgresStatement, PostgresValue, PostgresSession>;

/** Opens nothing yet: connections are made when they are needed. */
export function openPostgres(options: PostgresOptions): PostgresDatabase {
  const typing: StatementTyping = { untyped: new WeakSet(), tested: new WeakSet() };
  const connector = new Connector(options, typing);
  return new PooledDatabase({
    ...options,
    connect: (role) => connector.connect(role),
    stop: (through, stopped) => through.command(`SELECT pg_cancel_backend(${stopped.processId})`),
    describe: describeStatement,
    beginning: (isolation) => [
      isolation === undefined ? "BEGIN" : `BEGIN ISOLATION LEVEL ${isolationLevels[isolation]}`,
    ],
  });
}

const connectTimeoutMs = 10_000;

/** What every session has, whatever the defaults of the database are: one form for each type, one way to read texts. */
const settings = [
  "TIME ZONE 'UTC'",
  "datestyle = 'ISO'",
  "intervalstyle = 'iso_8601'",
  "bytea_output = 'hex'",
  "extra_float_digits = 1",
  "standard_conforming_strings = on",
  "client_encoding = 'UTF8'",
];

class Connector {
  private readonly options: PostgresOptions;
  private readonly typing: StatementTyping;
  private hasNoTls = false;

  constructor(options: PostgresOptions, typing: StatementTyping) {
    this.options = options;
    this.typing = typing;
  }

  async connect(role: SessionRole): Promise<PostgresSession> {
    const session = await this.open();
    const access = `default_transaction_read_only = ${role === "reader" ? "on" : "off"}`;
    try {
      await session.command([...settings, access].map((setting) => `SET ${setting}`).join(";"));
      return session;
    } catch (error) {
      session.destroy();
      throw error;
    }
  }

  /** `prefer` goes on without encryption where the server has none. */
  private async open(): Promise<PostgresSession> {
    const { mode } = this.options.tls;
    if (mode !== "prefer" || this.hasNoTls) return this.attempt(mode !== "disable" && mode !== "prefer");
    try {
      return await this.attempt(true);
    } catch (error) {
      if (!(error instanceof FaultError) || !/does not support SSL/.test(error.message)) throw error;
      this.hasNoTls = true;
      return this.attempt(false);
    }
  }

  private async attempt(isEncrypted: boolean): Promise<PostgresSession> {
    const { Client } = ((await import("pg")) as unknown as { default: PgModule }).default;
    const { login, tls, applicationName } = this.options;
    const client = new Client({
      host: login.socket ?? login.host,
      port: login.port,
      user: login.user,
      password: login.password?.reveal() ?? "",
      database: login.database,
      application_name: applicationName,
      ssl: isEncrypted ? tls.options() : false,
      keepAlive: true,
      connectionTimeoutMillis: connectTimeoutMs,
    });
    const session = new PostgresSession(client, this.typing);
    try {
      await client.connect();
      return session;
    } catch (error) {
      session.destroy();
      throw new FaultError(connectFault(error));
    }
  }
}
