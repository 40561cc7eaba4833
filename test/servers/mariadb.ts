import { spawn, execFileSync, type ChildProcess } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import mysql from "mysql2/promise";
import { describe } from "vitest";
import type { DatabaseServer } from "./database-server.js";
import { freePort } from "./free-port.js";
import { makeReachable } from "./reachable.js";

const program = ["/usr/sbin/mariadbd", "/usr/local/sbin/mariadbd", "/opt/homebrew/bin/mariadbd"].find(
  existsSync,
);

/** `describe`, or one skipped line on a machine without MariaDB. Where CI runs, its absence is a failure. */
export const describeMariaDb =
  program !== undefined || process.env["CI"] !== undefined
    ? describe
    : (name: string, _body: () => void) =>
        describe.skip(`${name} (MariaDB is missing: apt-get install mariadb-server)`, () => undefined);

/** Starts a MariaDB of its own in a folder of its own, as a user without rights. */
export async function startMariaDb(): Promise<DatabaseServer> {
  if (program === undefined) throw new Error("MariaDB is missing: apt-get install mariadb-server");
  const folder = mkdtempSync(join(tmpdir(), "mariadb-"));
  const user = process.getuid?.() === 0 ? unprivileged() : {};
  const own = { ...user, env: { ...process.env, TMPDIR: folder } };
  const data = join(folder, "data");
  mkdirSync(data);
  chmodSync(folder, 0o755);
  makeReachable(folder);
  if (user.uid !== undefined) for (const each of [folder, data]) chownSync(each, user.uid, user.gid!);
  const common = [
    "--no-defaults",
    `--datadir=${data}`,
    "--innodb-log-file-size=8M",
    "--innodb-buffer-pool-size=64M",
  ];
  execFileSync(
    "mariadb-install-db",
    [...common, "--auth-root-authentication-method=normal", "--skip-test-db"],
    {
      stdio: "ignore",
      ...own,
    },
  );
  const port = await freePort();
  let tlsFlags: readonly string[] = ["--skip-ssl"];
  const start = () => {
    const flags = [
      ...[`--port=${port}`, "--bind-address=127.0.0.1", `--socket=${join(folder, "socket")}`],
      ...["--innodb-flush-log-at-trx-commit=0", "--skip-log-bin", "--skip-name-resolve"],
      "--performance-schema=ON",
      `--pid-file=${join(folder, "pid")}`,
      ...tlsFlags,
    ];
    return spawn(program, [...common, ...flags], { stdio: "ignore", ...own });
  };
  const connect = (as: string, password: string, database?: string) =>
    mysql.createConnection({
      host: "127.0.0.1",
      port,
      user: as,
      password,
      ...(database ? { database } : {}),
    });
  let running: ChildProcess = start();
  await answering(() => connect("root", ""));
  const root = await connect("root", "");
  await root.query("CREATE USER tester@'%' IDENTIFIED BY 'secret-password'");
  await root.query("GRANT ALL ON *.* TO tester@'%'");
  await root.end();
  const end = (signal: NodeJS.Signals) =>
    new Promise<void>((resolve) => {
      if (running.exitCode !== null || running.signalCode !== null) return resolve();
      running.once("exit", () => resolve());
      running.kill(signal);
    });
  const restart = async () => {
    running = start();
    await answering(() => connect("root", ""));
  };
  return {
    source: (database, keys = "") =>
      `connection_string: mariadb://tester:\${DB_PASSWORD}@127.0.0.1:${port}/${database}\n${keys}`,
    createDatabase: async (name) => {
      const client = await connect("root", "");
      await client.query(`CREATE DATABASE ${name} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`);
      await client.end();
    },
    async admin(database, ...statements) {
      const client = await connect("tester", "secret-password", database);
      try {
        let rows: unknown = [];
        for (const statement of statements) [rows] = await client.query(statement);
        return rows as Record<string, unknown>[];
      } finally {
        await client.end();
      }
    },
    kill: () => end("SIGKILL"),
    restart,
    async show(certificate) {
      const files = Object.entries(certificate ?? {}).map(([name, text]) => {
        const file = join(folder, `${name}.pem`);
        writeFileSync(file, text);
        return `--ssl-${name}=${file}`;
      });
      tlsFlags = certificate === undefined ? ["--skip-ssl"] : files;
      await end("SIGTERM");
      await restart();
    },
    async stop() {
      await end("SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function unprivileged(): { readonly uid?: number; readonly gid?: number } {
  const id = (flag: string) => Number(execFileSync("id", [flag, "nobody"], { encoding: "utf8" }));
  return { uid: id("-u"), gid: id("-g") };
}

async function answering(connect: () => Promise<{ end(): Promise<void> }>): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      await (await connect()).end();
      return;
    } catch (error) {
      if (attempt > 200) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
