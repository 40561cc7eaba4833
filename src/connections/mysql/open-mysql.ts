import type { Clock } from "../../contracts/host.js";
import { loadOptional, optionalPackages } from "../optional-packages.js";
import type { PoolSettings } from "../sql/pool-settings.js";
import { PooledDatabase, type SessionRole } from "../sql/pooled-database.js";
import type { ServerLogin } from "../sql/server-login.js";
import { isolationLevels } from "../sql/isolation-levels.js";
import { FaultError } from "../sql/sql-fault.js";
import type { TlsMode } from "../sql/tls-mode.js";
import { describeStatement } from "./describe-statement.js";
import { connectFault } from "./mysql-fault.js";
import type { MysqlConnection, MysqlError, MysqlModule } from "./mysql-protocol.js";
import { MysqlSession } from "./mysql-session.js";
import type { MysqlStatement, MysqlValue } from "./mysql-statement.js";

export interface MysqlOptions extends PoolSettings {
  readonly login: ServerLogin;
  readonly tls: TlsMode;
  readonly applicationName: string;
  readonly clock: Clock;
  readonly log: (level: "warn", message: string) => void;
}

export type MysqlDatabase = PooledDatabase<MysqlStatement, MysqlValue, MysqlSession>;

/** Loads the driver; connections are made when they are needed. Throws DRIVER_MISSING. */
export async function openMysql(options: MysqlOptions): Promise<MysqlDatabase> {
  const loaded = (await loadOptional(optionalPackages.mysql2)) as { readonly default: MysqlModule };
  const connector = new Connector(options, loaded.default);
  return new PooledDatabase({
    ...options,
    connect: (role) => connector.connect(role),
    stop: (through, stopped) => through.command(`KILL QUERY ${stopped.threadId}`),
    describe: describeStatement,
    beginning: (isolation) => [
      ...(isolation === undefined ? [] : [`SET TRANSACTION ISOLATION LEVEL ${isolationLevels[isolation]}`]),
      "START TRANSACTION",
    ],
  });
}

const connectTimeoutMs = 10_000;

/** What every session has: one form for each type, and one way to read texts, which the server's mode could change. */
const settings = [
  "SET NAMES utf8mb4",
  "SET SESSION time_zone = '+00:00'",
  "SET SESSION sql_mode = REPLACE(REPLACE(REPLACE(@@sql_mode, 'ANSI_QUOTES', ''), 'NO_BACKSLASH_ESCAPES', ''), 'ANSI', '')",
];

class Connector {
  private readonly options: MysqlOptions;
  private readonly driver: MysqlModule;
  private hasNoTls = false;

  constructor(options: MysqlOptions, driver: MysqlModule) {
    this.options = options;
    this.driver = driver;
  }

  async connect(role: SessionRole): Promise<MysqlSession> {
    const connection = await this.open();
    const session = new MysqlSession(connection, this.driver, await isMariaDb(connection));
    try {
      for (const setting of settings) await session.command(setting);
      if (role === "reader") await session.command("SET SESSION TRANSACTION READ ONLY");
      return session;
    } catch (error) {
      session.destroy();
      throw error;
    }
  }

  /** `prefer` goes on without encryption where the server has none. */
  private async open(): Promise<MysqlConnection> {
    const { mode } = this.options.tls;
    if (mode !== "prefer" || this.hasNoTls) return this.attempt(mode !== "disable" && mode !== "prefer");
    try {
      return await this.attempt(true);
    } catch (error) {
      if (!(error instanceof FaultError) || !/secure connection/.test(error.message)) throw error;
      this.hasNoTls = true;
      return this.attempt(false);
    }
  }

  private attempt(isEncrypted: boolean): Promise<MysqlConnection> {
    const { login, tls, applicationName } = this.options;
    const connection = this.driver.createConnection({
      ...(login.socket === undefined ? { host: login.host, port: login.port } : { socketPath: login.socket }),
      user: login.user,
      password: login.password?.reveal() ?? "",
      database: login.database,
      ...(isEncrypted ? { ssl: { ...tls.options(), verifyIdentity: tls.mode === "verify-full" } } : {}),
      connectAttributes: { program_name: applicationName },
      connectTimeout: connectTimeoutMs,
      enableKeepAlive: true,
      flags: ["-LOCAL_FILES"],
      charset: "utf8mb4",
      timezone: "Z",
      dateStrings: true,
      supportBigNumbers: true,
      jsonStrings: true,
      rowsAsArray: true,
      maxPreparedStatements: 1_000,
    });
    return new Promise((resolve, reject: (error: FaultError) => void) => {
      connection.on("connect", () => resolve(connection));
      connection.on("error", (error: MysqlError) => reject(new FaultError(connectFault(error))));
    });
  }
}

function isMariaDb(connection: MysqlConnection): Promise<boolean> {
  return new Promise((resolve, reject: (error: FaultError) => void) => {
    connection.query("SELECT VERSION()", (error, rows) => {
      if (error) return reject(new FaultError(connectFault(error)));
      resolve(/mariadb/i.test(String((rows as string[][])[0]?.[0])));
    });
  });
}
