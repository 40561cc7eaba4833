import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, onTestFinished, test } from "vitest";
import type { JsonObject } from "../../../src/expression/value.js";
import { pem, identity } from "../../connections/http/certificates.js";
import { serve, serveTls, type LocalServer } from "../../connections/http/local-server.js";
import { feastProject } from "./feast-project.js";
import type { SourceProject } from "../source-project.js";

const endpoints = `
one:
  path: /one
  data_sources:
    - name: stats
      type: feast
      params:
        entity: { customer_id: "{{ 7 }}" }
        features: [customer_stats:orders_7d, customer_profile:nickname]
  response_mapping:
    value: $stats
    orders: $meta.stats.features.orders_7d.status
    nickname: $meta.stats.features.nickname.status
`;

let project: SourceProject;
afterEach(() => project.close());

async function ask(source: string, repository?: string, files?: Readonly<Record<string, string>>) {
  project = feastProject({ source, endpoints, repository, files });
  expect(project.loaded.problems).toEqual([]);
  const { app } = await project.open();
  const reply = await app.inject("/orchestrator/one");
  return { status: reply.statusCode, body: reply.json<JsonObject>() };
}

/** What a feature server answers whose first value is older than the `ttl` of its view. */
const answer: RequestListener = (_request, response) =>
  response.end(
    JSON.stringify({
      metadata: { feature_names: ["customer_id", "orders_7d", "nickname"] },
      results: [
        { values: [7], statuses: ["PRESENT"], event_timestamps: ["1970-01-01T00:00:00Z"] },
        { values: [3], statuses: ["OUTSIDE_MAX_AGE"], event_timestamps: ["2024-05-01T10:00:00Z"] },
        { values: ["Zoë"], statuses: ["PRESENT"], event_timestamps: ["2024-03-01T00:00:00Z"] },
      ],
    }),
  );
const served = { orders_7d: 3, nickname: "Zoë" };

async function running(started: Promise<LocalServer>): Promise<LocalServer> {
  const server = await started;
  onTestFinished(() => server.close());
  return server;
}

describe("values older than the `ttl` of their view", () => {
  const cases = [
    ["report", { ...served }, "outside_max_age"],
    ["enforce", { ...served, orders_7d: null }, "outside_max_age"],
    ["ignore", { ...served }, "present"],
  ] as const;

  test.each(cases)("`ttl: %s`, read natively", async (ttl, value, status) => {
    const { body } = await ask(`repo_path: repo\nttl: ${ttl}`, "sqlite-v3");
    expect(body).toEqual({ value, orders: status, nickname: "present" });
  });

  test.each(cases)("`ttl: %s`, from a server", async (ttl, value, status) => {
    const server = await running(serve(answer));
    const { body } = await ask(`url: ${server.url}\nttl: ${ttl}`);
    expect(body).toEqual({ value, orders: status, nickname: "present" });
  });
});

describe("how a feature server is reached", () => {
  test("`tls.ca_file` says whose certificates are good", async () => {
    const server = await running(serveTls(identity("good"), answer));
    const { body } = await ask(`url: ${server.url}\ntls: { ca_file: ca.pem }`, undefined, {
      "ca.pem": pem("authority.pem"),
    });
    expect(body).toMatchObject({ value: served });
  });

  test("without it such a server is not trusted; `verify: false` trusts it, and says so", async () => {
    const server = await running(serveTls(identity("good"), answer));
    expect(await ask(`url: ${server.url}`)).toMatchObject({
      status: 502,
      body: { code: "SOURCE_UNREACHABLE" },
    });
    await project.close();
    expect((await ask(`url: ${server.url}\ntls: { verify: false }`)).body).toMatchObject({ value: served });
    expect(project.log).toContainEqual(
      expect.objectContaining({
        level: "warn",
        message: "The certificate of a feature server is not verified.",
      }),
    );
  });

  test("`proxy` is asked in its place", async () => {
    const targets: string[] = [];
    const proxy = createServer((request, response) => {
      targets.push(request.url ?? "");
      answer(request, response);
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void proxy.close());
    const { port } = proxy.address() as AddressInfo;
    const { body } = await ask(`url: http://features.example:6566\nproxy: http://127.0.0.1:${port}`);
    expect(body).toMatchObject({ value: served });
    expect(targets).toEqual(["http://features.example:6566/get-online-features?status=true"]);
  });

  test("`private_addresses: refuse` connects to no address of this network", async () => {
    const server = await running(serve(answer));
    const { status, body } = await ask(`url: ${server.url}\nprivate_addresses: refuse`);
    expect([status, body["code"]]).toEqual([502, "SOURCE_ADDRESS_REFUSED"]);
    expect(server.connections()).toBe(0);
  });

  test("which cannot be kept through a proxy", () => {
    project = feastProject({
      source: "url: http://features.example\nproxy: http://proxy:3128\nprivate_addresses: refuse",
    });
    expect(project.loaded.problems.map(({ code, location }) => [code, location?.line])).toEqual([
      ["CONFIG_VALUE_INVALID", 6],
    ]);
  });
});
