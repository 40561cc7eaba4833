import { afterAll, beforeAll, describe } from "vitest";
import { hasRedis, privateRedis, type PrivateRedis } from "../../connections/redis/private-redis.js";
import { loadRedis } from "./load-redis.js";
import { hasPostgres, privatePostgres, type PrivatePostgres } from "./private-postgres.js";

type Environment = () => Readonly<Record<string, string>>;

/**
 * Has tests for recorded repositories whose stores are servers, each on a private one with its contents: those in Redis
 * that are named, and the one in PostgreSQL. The variables are there once a test runs.
 */
export function onRecordedServers(
  inRedis: readonly string[],
  define: (repository: string, env: Environment) => void,
): void {
  describe.runIf(hasRedis())("Redis", () => {
    let redis: PrivateRedis;
    beforeAll(async () => {
      redis = await privateRedis();
      for (const [db, repository] of inRedis.entries()) await loadRedis(repository, redis.port, db);
    });
    afterAll(() => redis.stop());
    for (const [db, repository] of inRedis.entries())
      define(repository, () => ({ FEAST_REDIS: `127.0.0.1:${redis.port},db=${db}` }));
  });

  describe.runIf(hasPostgres())("PostgreSQL", () => {
    let postgres: PrivatePostgres;
    beforeAll(async () => {
      postgres = await privatePostgres("postgres-v3");
    }, 120_000);
    afterAll(() => postgres.stop());
    define("postgres-v3", () => postgres.env);
  });
}
