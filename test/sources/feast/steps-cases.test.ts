import { text } from "node:stream/consumers";
import { isDeepStrictEqual } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseJson } from "../../../src/connections/http/parse-json.js";
import type { JsonObject, JsonValue } from "../../../src/expression/value.js";
import type { App } from "../../../src/server/assemble-app.js";
import { serve, type LocalServer } from "../../connections/http/local-server.js";
import type { SourceProject } from "../source-project.js";
import { feastProject } from "./feast-project.js";
import { onRecordedServers } from "./recorded-servers.js";
import { print, recordedCases, type RecordedCase } from "./recorded-case.js";

interface Request {
  readonly features?: readonly string[];
  readonly feature_service?: string;
  readonly entities: Readonly<Record<string, readonly JsonValue[]>>;
  readonly full_feature_names?: boolean;
}

interface StepCase extends RecordedCase {
  readonly request: Request;
  readonly rows: readonly JsonObject[];
}

/** What has the form of a step: rows of keys, and features or a service. */
function stepCases(repository: string): readonly StepCase[] {
  return recordedCases(repository).flatMap((recorded): StepCase[] => {
    if (recorded.path !== "/get-online-features" || recorded.body === undefined) return [];
    let request: Partial<Request>;
    try {
      request = parseJson(recorded.body) as unknown as Partial<Request>;
    } catch {
      return [];
    }
    const { entities, features, feature_service: service } = request;
    const columns = Object.entries(entities ?? {});
    const count = columns[0]?.[1].length ?? 0;
    const isEven = columns.every(([, values]) => Array.isArray(values) && values.length === count);
    if (
      count === 0 ||
      !isEven ||
      (service === undefined && !(Array.isArray(features) && features.length > 0))
    ) {
      return [];
    }
    const rows = Array.from({ length: count }, (_, row) =>
      Object.fromEntries(columns.map(([name, values]) => [name, values[row]!])),
    );
    return [{ ...recorded, request: request as Request, rows }];
  });
}

function endpointOf({ name, request }: StepCase): string {
  const { features, feature_service: service, full_feature_names: fullNames } = request;
  const wanted =
    service === undefined ? `features: ${JSON.stringify(features)}` : `feature_service: ${service}`;
  return `
${name}:
  method: POST
  path: /${name}
  request: { body: { type: object, properties: { rows: {} } } }
  data_sources:
    - name: read
      type: feast
      params: { entities: $request.body.rows, ${wanted}, full_feature_names: ${String(fullNames ?? false)} }
  response_mapping: { value: $read, features: $meta.read.features }
`;
}

interface StepReply {
  readonly status: number;
  readonly body: JsonObject;
}

async function ask(app: App, { name, rows }: StepCase): Promise<StepReply> {
  const reply = await app.inject({ method: "POST", url: `/orchestrator/${name}`, payload: { rows } });
  return { status: reply.statusCode, body: reply.json<JsonObject>() };
}

/** What a step gives for a recorded answer: rows in place of columns, and when each feature is from. */
function expectedOf({ responseText, rows, request }: StepCase, readValue: ReadValue) {
  const body = parseJson(responseText) as unknown as {
    metadata: { feature_names: string[] };
    results: { values: JsonValue[]; event_timestamps: string[] }[];
  };
  const columns = body.metadata.feature_names
    .map((name, index) => [name, body.results[index]!] as const)
    .filter(([name]) => isFeature(name, request) && !Object.hasOwn(rows[0]!, name));
  const value = rows.map((_, row) =>
    Object.fromEntries(columns.map(([name, { values }]) => [name, readValue(values[row]!, name)])),
  );
  const times = Object.fromEntries(
    columns.map(([name, { event_timestamps: all }]) => [
      name,
      all.map((time) => (time === "1970-01-01T00:00:00Z" ? null : time)),
    ]),
  );
  return { value, times };
}

/** Not a key, which answers repeat; of a service its features are not known here. */
function isFeature(name: string, { features, feature_service: service }: Request): boolean {
  if (service !== undefined) return true;
  return features!.some(
    (reference) => name.replace(/^.*__/, "") === reference.slice(reference.indexOf(":") + 1),
  );
}

type ReadValue = (value: JsonValue, name: string) => JsonValue;

/** Numbers that JSON does not have are null in steps, and a zero has no sign. */
function plain(value: JsonValue): JsonValue {
  if (value === 0) return 0;
  if (value === "NaN" || value === "Infinity" || value === "-Infinity") return null;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, plain(each)]));
}

/** Where types are known, a time that is null is null, which Feast's server sends as a number. */
function typed(value: JsonValue, name: string): JsonValue {
  const isNullTime = (each: JsonValue) => /_ts$|last_view$/.test(name) && each === "-9223372036854775808";
  if (Array.isArray(value)) return value.map((each) => (isNullTime(each) ? null : plain(each)));
  return isNullTime(value) ? null : plain(value);
}

function differences(recorded: StepCase, { status, body }: StepReply, readValue: ReadValue): string {
  const { value, times } = expectedOf(recorded, readValue);
  if (status !== 200) return `${status} ${print(body)}`;
  if (!isDeepStrictEqual(body["value"], value)) return `${print(value)} <> ${print(body["value"])}`;
  const features = Object.entries(body["features"] as Record<string, { event_timestamp: JsonValue }>);
  const found = Object.fromEntries(features.map(([name, each]) => [name, each.event_timestamp]));
  return isDeepStrictEqual(found, times) ? "" : `${print(times)} <> ${print(found)}`;
}

/** Cases that a step answers otherwise, and why: with which status; 200 where the values are others. */
const exceptions: Readonly<Record<string, readonly [status: number, reason: string]>> = {
  int_key_given_fraction: [400, "a fraction is no key"],
  one_of_two_keys_missing: [400, "every key must be there"],
  one_of_three_keys_missing: [400, "every key must be there"],
  service_alias_only_plain_key: [400, "a plain key does not stand for an alias"],
  service_alias_missing_one: [400, "a plain key does not stand for an alias"],
  service_alias_full: [200, "an alias is read with its own key, whatever the order of columns"],
  service_sides_with_plain_key_last: [
    200,
    "an alias is read with its own key, whatever the order of columns",
  ],
  entity_name_as_key: [400, "keys go by their own names"],
  types_nested: [200, "maps whose keys are no text are lists of pairs, for which Feast has null"],
  types_service_full: [200, "maps whose keys are no text are lists of pairs, for which Feast has null"],
};

/** Of a repository alone. */
const ownExceptions: Readonly<Record<string, typeof exceptions>> = {
  "sqlite-versioned": { v_service: [200, "a service reads the current version, as references do"] },
  "sqlite-v1-0.49": { beyond_2_53: [400, "keys of version 1 have 32 bits"] },
  "redis-v3": { precomputed_service_full: [200, "is read view by view, with the times of the views"] },
};

const viewByView = "a precomputed service is read view by view";

/** What steps read, though Feast refuses it. */
const readable: Readonly<Record<string, string>> = {
  project_prefix: "the project may stand before a reference",
  precomputed_service: viewByView,
  precomputed_service_full: viewByView,
  precomputed_missing_entity: viewByView,
};

/** Refused by the store, where it has no table: Redis has none at all, and nothing is there. */
const storeFaults = ["offline_view"];

/** What old releases could not answer is asked as the newest answers it. */
const newest = new Map(stepCases("sqlite-v3").map((each) => [each.name, each]));

function asNewest(each: StepCase): StepCase {
  const { status, responseText } = newest.get(each.name) ?? each;
  return each.status === 200 || status !== 200 || readable[each.name]
    ? each
    : { ...each, status, responseText };
}

function natively(repository: string, env: () => Readonly<Record<string, string>>): void {
  describe(`${repository}: every recorded request as a step`, () => {
    const all = stepCases(repository).map(asNewest);
    let unfit: ReadonlySet<string>;
    let project: SourceProject;
    let app: App;
    beforeAll(async () => {
      const given = { repository, source: "repo_path: repo", env: env() };
      const checked = feastProject({ ...given, endpoints: all.map(endpointOf).join("") });
      unfit = new Set(checked.loaded.problems.map(({ location }) => nameAt(all, location!.line)));
      await checked.close();
      const fit = all.filter(({ name }) => !unfit.has(name));
      project = feastProject({ ...given, endpoints: fit.map(endpointOf).join("") });
      expect(project.loaded.problems.filter(({ severity }) => severity === "error")).toEqual([]);
      ({ app } = await project.open());
    });
    afterAll(() => project.close());

    for (const each of all) {
      const needsPython = /^on_demand(?!_stored)/.test(each.name);
      const isRefused = needsPython || (each.status !== 200 && readable[each.name] === undefined);
      const [status, reason] = ownExceptions[repository]?.[each.name] ?? exceptions[each.name] ?? [];
      const why = readable[each.name] ?? reason ?? (isRefused ? "refused" : undefined);
      test(why === undefined ? each.name : `${each.name}: ${why}`, async () => {
        if (isRefused && unfit.has(each.name)) return;
        expect(unfit).not.toContain(each.name);
        const reply = await ask(app, each);
        if (isRefused) {
          return expect(reply.status, print(reply.body)).toBe(storeFaults.includes(each.name) ? 502 : 400);
        }
        if (status === undefined && each.status === 200)
          return expect(differences(each, reply, typed)).toBe("");
        expect(reply.status, print(reply.body)).toBe(status ?? 200);
        if (each.status === 200) expect(differences(each, reply, typed)).not.toBe("");
      });
    }
  });
}

/** The case whose endpoint has a line of the domain's file. */
function nameAt(cases: readonly StepCase[], line: number): string {
  let end = 1;
  return cases.find((each) => (end += endpointOf(each).split("\n").length - 1) >= line)!.name;
}

function throughServer(repository: string): void {
  describe(`${repository}: every recorded request as a step, through a recorded server`, () => {
    const all = stepCases(repository);
    const keyOf = ({ entities, full_feature_names: fullNames = false, ...others }: Request) => {
      const { feature_service: service, features } = others;
      return print([service ?? features, Object.entries(entities), fullNames]);
    };
    const recorded = new Map(all.map((each) => [keyOf(each.request), each]));
    let server: LocalServer;
    let project: SourceProject;
    let app: App;
    beforeAll(async () => {
      server = await serve(async (request, response) => {
        const found = recorded.get(keyOf(parseJson(await text(request)) as unknown as Request));
        response.writeHead(found?.status ?? 418, { "content-type": "application/json" });
        response.end(found?.responseText ?? '"no such request was recorded"');
      });
      project = feastProject({ source: `url: ${server.url}`, endpoints: all.map(endpointOf).join("") });
      expect(project.loaded.problems).toEqual([]);
      ({ app } = await project.open());
    });
    afterAll(async () => {
      await project.close();
      await server.close();
    });

    for (const each of all) {
      test(each.name, async () => {
        const reply = await ask(app, each);
        if (each.status === 200) return expect(differences(each, reply, plain)).toBe("");
        const isIncomplete = each.rows.some((row) => Object.values(row).includes(null));
        if (isIncomplete) return expect(reply.body["code"]).toBe("PARAMETER_NULL");
        expect([reply.status, reply.body["code"]]).toEqual([502, "SOURCE_FAILED"]);
        expect(JSON.stringify(project.log)).not.toContain("no such request was recorded");
      });
    }
  });
}

for (const repository of [
  "sqlite-v3",
  "sqlite-v2",
  "sqlite-sql-registry",
  "sqlite-versioned",
  "sqlite-v1-0.49",
  "sqlite-0.40",
]) {
  natively(repository, () => ({}));
}
for (const repository of ["sqlite-v3", "sqlite-versioned", "redis-v3", "redis-v2-0.49", "sqlite-0.40"]) {
  throughServer(repository);
}

onRecordedServers(["redis-v3", "redis-v2-0.49"], natively);
