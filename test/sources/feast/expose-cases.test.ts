import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { feastProject } from "./feast-project.js";
import type { SourceProject } from "../source-project.js";
import { onRecordedServers } from "./recorded-servers.js";
import { differences, recordedCases, type RecordedCase } from "./recorded-case.js";

type Exceptions = Readonly<Record<string, readonly [status: number, reason: string]>>;

const needsPython = [501, "needs Python, and no feature server is configured"] as const;

/** Cases that are answered otherwise, how, and why. */
const exceptions: Exceptions = {
  on_demand: needsPython,
  on_demand_with_base: needsPython,
  on_demand_without_request_data: needsPython,
  on_demand_service: needsPython,
};

/** What is refused because something is wrong with the store, not with the request. */
const storeFaults = ["precomputed_service", "precomputed_service_full", "precomputed_missing_entity"];

/** Of a repository alone. */
const storeExceptions: Readonly<Record<string, Exceptions>> = {
  "sqlite-v1-0.49": {
    beyond_2_53: [
      400,
      "keys of version 1 have 32 bits, so the row is not there and 0.49 refuses the key too",
    ],
  },
};

/** What 0.49 answers with null, and 0.67 with words: the answer of 0.67 holds. */
const asNewest = ["nan_value", "inf_values", "types_scalar_nan", "types_list_nan"];

function replays(repository: string, env: () => Promise<Readonly<Record<string, string>>>): void {
  describe(`${repository}: every recorded request, over HTTP`, () => {
    let project: SourceProject;
    let url: string;
    beforeAll(async () => {
      project = feastProject({ repository, source: "repo_path: repo\nexpose: true", env: await env() });
      expect(project.loaded.problems.filter(({ severity }) => severity === "error")).toEqual([]);
      const { app } = await project.open();
      url = `${await app.listen({ host: "127.0.0.1", port: 0 })}/orchestrator/feast/default`;
    });
    afterAll(async () => project.close());

    const references = new Map(recordedCases("sqlite-v3").map((each) => [each.name, each]));
    for (const recorded of recordedCases(repository)) {
      const [refused, reason] =
        storeExceptions[repository]?.[recorded.name] ?? exceptions[recorded.name] ?? [];
      test(reason === undefined ? recorded.name : `${recorded.name}: ${reason}`, async () => {
        const response = await fetch(url + recorded.path, {
          method: recorded.method,
          ...(recorded.body === undefined ? {} : { body: recorded.body }),
          headers: { "content-type": "application/json" },
        });
        const text = await response.text();
        if (refused !== undefined) return expect(response.status, text).toBe(refused);
        const holds = recorded.status === 200 && !asNewest.includes(recorded.name);
        const wanted = holds ? recorded : (references.get(recorded.name) ?? recorded);
        if (wanted.status === 200) {
          expect(`${response.status} ${differences(wanted.responseText, text, wanted.order)}`).toBe("200 ");
        } else expectRefusal(wanted, response, text);
      });
    }
  });
}

/** In Feast's shape, with a status that says whose fault it is. */
function expectRefusal(wanted: RecordedCase, response: Response, text: string): void {
  const least = storeFaults.includes(wanted.name) ? 500 : 400;
  expect(response.status, text).toBeGreaterThanOrEqual(least);
  expect(response.status, text).toBeLessThan(least === 500 ? 600 : 500);
  if (wanted.status < 500) expect(response.status).toBe(wanted.status);
  const shape = (body: string) => {
    const value = JSON.parse(body) as unknown;
    return typeof value === "string" && value.startsWith("{")
      ? ["json in text", (JSON.parse(value) as { class: string }).class]
      : [typeof value];
  };
  expect(shape(text)).toEqual(shape(wanted.responseText));
  expect(response.headers.get("content-type")).toContain("application/json");
}

for (const repository of [
  "sqlite-v3",
  "sqlite-v2",
  "sqlite-sql-registry",
  "sqlite-versioned",
  "sqlite-v1-0.49",
  "sqlite-0.40",
]) {
  replays(repository, async () => ({}));
}

onRecordedServers(["redis-v3", "redis-v2-0.49"], (repository, env) => replays(repository, async () => env()));
