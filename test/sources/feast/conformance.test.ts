import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe } from "vitest";
import { readYaml } from "../../../src/config/reading/yaml-tree.js";
import type { Source } from "../../../src/contracts/source.js";
import { nodeHost } from "../../../src/host/node-host.js";
import { Report } from "../../../src/problems/report.js";
import { feastSource } from "../../../src/sources/feast/feast-source-type.js";
import { sourceConformance, type SourceFixture } from "../../conformance/source-conformance.js";
import { closedPort, serve } from "../../connections/http/local-server.js";
import { freePort, hasRedis, privateRedis } from "../../connections/redis/private-redis.js";
import { fixtures } from "./feast-project.js";
import { loadRedis } from "./load-redis.js";

const step = "entity: {}\nfeatures: [customer_stats:orders_7d]";

/** A source from its YAML, and a call of it. */
async function openFeast(
  yaml: string,
  repository: string | undefined,
  env: Readonly<Record<string, string>>,
) {
  const folder = mkdtempSync(join(tmpdir(), "feast-"));
  if (repository !== undefined) cpSync(join(fixtures, repository), join(folder, "repo"), { recursive: true });
  const report = new Report();
  const host = nodeHost({ ...env });
  const tree = readYaml(yaml, "feast_config.yaml", report)!;
  const context = {
    report,
    readText: () => "",
    env: (name: string) => host.env(name),
    usedVariables: new Set<string>(),
  };
  const settings = feastSource.settings.check(tree, context)!;
  const definition = {
    ...{ sourceName: "default", settings, tree, report, env: context.env, sourcesOf: () => [] },
    projectFolder: folder,
    readFile: (path: string) => host.files.read(join(folder, path)),
  };
  const params = readYaml(step.replace("{}", "{ customer_id: $request.id }"), "domain.yaml", report)!;
  const call = feastSource.step!.prepare({
    ...definition,
    ...{ stepName: "stats", params, formulas: new Map(), maxAge: undefined },
  });
  if (call === undefined) throw new Error(JSON.stringify(report.sorted()));
  const source = (await feastSource.open({
    ...{ name: "feast.default", settings, host, projectFolder: folder, isMocked: false },
    log: () => undefined,
  })) as Source;
  const remove = () => rmSync(folder, { recursive: true, force: true });
  return { source, call, remove };
}

const orders = [3, 0, null];
const ids = [7, 8, 9];

async function nativeFixture(
  repository: string,
  env: Readonly<Record<string, string>>,
): Promise<SourceFixture> {
  const { source, call, remove } = await openFeast("repo_path: repo", repository, env);
  return {
    source,
    quickCall: (index) => ({
      call,
      parameters: { entity: { customer_id: ids[index]! } },
      value: { orders_7d: orders[index]! },
    }),
    failingCall: { call, parameters: { entity: { customer_id: "seven" } }, code: "PARAMETER_INVALID" },
    nullCall: { call, parameters: { entity: { customer_id: null } } },
    secrets: ["127.0.0.1", "online_store"],
    tearDown: async () => remove(),
  };
}

sourceConformance("feast (sqlite)", () => nativeFixture("sqlite-v3", {}));

describe.runIf(hasRedis())("with Redis", () => {
  sourceConformance("feast (redis)", async () => {
    const redis = await privateRedis();
    await loadRedis("redis-v3", redis.port);
    const fixture = await nativeFixture("redis-v3", { FEAST_REDIS: `127.0.0.1:${redis.port}` });
    return {
      ...fixture,
      async unreachable() {
        const nowhere = { FEAST_REDIS: `127.0.0.1:${await freePort()}` };
        const { source, call, remove } = await openFeast("repo_path: repo", "redis-v3", nowhere);
        remove();
        return { source, call: { call, parameters: { entity: { customer_id: 7 } } } };
      },
      async tearDown() {
        await fixture.tearDown();
        await redis.stop();
      },
    };
  });
});

sourceConformance("feast (server)", async () => {
  let sent = 0;
  const server = await serve(async (request, response) => {
    sent++;
    const body = await text(request);
    const [id] = (JSON.parse(body) as { entities: { customer_id: number[] } }).entities.customer_id;
    if (id === 1) return;
    if (id === 2) {
      response.writeHead(500).end('"secret-reason"');
      return;
    }
    const value = orders[ids.indexOf(id!)] ?? null;
    response.end(
      JSON.stringify({ metadata: { feature_names: ["orders_7d"] }, results: [{ values: [value] }] }),
    );
  });
  const { source, call, remove } = await openFeast(`url: ${server.url}`, undefined, {});
  const of = (id: number | null) => ({ call, parameters: { entity: { customer_id: id } } });
  return {
    source,
    quickCall: (index) => ({ ...of(ids[index]!), value: { orders_7d: orders[index]! } }),
    slowCall: of(1),
    failingCall: { ...of(2), code: "SOURCE_FAILED" },
    nullCall: of(null),
    sentCount: () => sent,
    secrets: ["secret-reason", "127.0.0.1"],
    async unreachable() {
      const nowhere = await openFeast(`url: ${await closedPort()}`, undefined, {});
      return {
        source: nowhere.source,
        call: { call: nowhere.call, parameters: { entity: { customer_id: 7 } } },
      };
    },
    async tearDown() {
      remove();
      await server.close();
    },
  };
});
