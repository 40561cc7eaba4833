import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { App } from "../../../src/server/assemble-app.js";
import type { JsonObject } from "../../../src/expression/value.js";
import { feastProject, fixtures } from "./feast-project.js";
import type { SourceProject } from "../source-project.js";
import { differences } from "./recorded-case.js";

interface Lookup {
  readonly name: string;
  readonly request: object;
  readonly status: number;
  readonly body: unknown;
}

interface EndpointCase {
  readonly request: { readonly origin: string; readonly destination: string };
  readonly down: readonly string[];
  readonly status: number;
  readonly features: JsonObject | null;
}

const recorded = JSON.parse(readFileSync(join(fixtures, "flights/expected.json"), "utf8")) as {
  readonly lookups: readonly Lookup[];
};
const endpointCases = JSON.parse(
  readFileSync(join(fixtures, "../flights/endpoint.expected.json"), "utf8"),
) as readonly EndpointCase[];

const endpoints = `
features:
  path: /features/{origin}/{destination}
  data_sources:
    - name: features
      type: feast
      params:
        entity: { origin: $request.origin, destination: $request.destination }
        feature_service: delay_risk_v1
`;

describe("the flights repository", () => {
  let project: SourceProject;
  let app: App;
  beforeAll(async () => {
    project = feastProject({ repository: "flights", source: "repo_path: repo\nexpose: true", endpoints });
    expect(project.loaded.problems).toEqual([]);
    ({ app } = await project.open());
  });
  afterAll(() => project.close());

  for (const { name, request, status, body } of recorded.lookups) {
    test(`through Feast's protocol: ${name}`, async () => {
      const url = "/orchestrator/feast/default/get-online-features";
      const reply = await app.inject({ method: "POST", url, payload: request });
      if (status === 200) {
        const found = differences(JSON.stringify(body), JSON.stringify(reply.json()), "columns move");
        expect(`${reply.statusCode} ${found}`).toBe("200 ");
      } else {
        expect(reply.statusCode).toBe(status < 500 ? status : 400);
        expect(typeof JSON.parse(reply.body)).toBe(status === 422 ? "object" : "string");
      }
    });
  }

  const asked = endpointCases.filter(({ status, down }) => status === 200 && !down.includes("features"));
  for (const { request, features } of asked) {
    test(`as a step: ${request.origin} to ${request.destination}`, async () => {
      const reply = await app.inject(`/orchestrator/features/${request.origin}/${request.destination}`);
      expect(reply.json()).toEqual(features);
      expect(Object.keys(reply.json<object>())).toEqual(Object.keys(features!));
    });
  }

  test("the step knows its features and their types", () => {
    const [plan] = project.loaded.plans!;
    const [step] = plan!.steps;
    expect(step!.step.kind === "call" && step!.step.call.shape).toMatchObject({
      properties: { distance: { type: ["integer", "null"] }, mean_delay: { type: ["number", "null"] } },
    });
  });
});
