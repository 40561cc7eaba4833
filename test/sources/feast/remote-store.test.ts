import type { RequestListener } from "node:http";
import { afterEach, describe, expect, onTestFinished, test } from "vitest";
import { identity, pem } from "../../connections/http/certificates.js";
import { serve, serveTls, type LocalServer } from "../../connections/http/local-server.js";
import { nodeHost } from "../../../src/host/node-host.js";
import { failure } from "../../../src/problems/orchestrator-error.js";
import { Secret } from "../../../src/schema/secret.js";
import type { HttpRequest } from "../../../src/connections/http/http-client.js";
import { PodTokenSender } from "../../../src/sources/feast/remote/pod-token-sender.js";
import { feastProject } from "./feast-project.js";
import type { SourceProject } from "../source-project.js";

const endpoints = `
one:
  path: /one
  data_sources:
    - name: stats
      type: feast
      params: { entity: { customer_id: "{{ 7 }}" }, features: [customer_stats:orders_7d] }
  response_mapping: { orders: $stats.orders_7d }
`;
const body = JSON.stringify({
  metadata: { feature_names: ["customer_id", "orders_7d"] },
  results: [{ values: [7] }, { values: [3] }],
});

let project: SourceProject | undefined;
afterEach(() => project?.close());

/** Asks a step whose repository has this server in place of a store. */
async function ask(
  store: string,
  auth: string,
  given: { source?: string; env?: Record<string, string>; files?: Record<string, string> } = {},
) {
  const yaml = `project: shop\nregistry: data/registry.db\nonline_store: { type: remote, ${store} }\nentity_key_serialization_version: 3\nauth: ${auth}\n`;
  project = feastProject({
    repository: "sqlite-v3",
    source: `repo_path: repo\n${given.source ?? ""}`,
    endpoints,
    files: { "repo/feature_store.yaml": yaml, ...given.files },
    env: given.env,
  });
  expect(project.loaded.problems).toEqual([]);
  const { app } = await project.open();
  const reply = await app.inject("/orchestrator/one");
  return { status: reply.statusCode, body: reply.json<object>() };
}

async function listening(started: (listener: RequestListener) => Promise<LocalServer>) {
  const credentials: (string | undefined)[] = [];
  const server = await started((request, response) => {
    credentials.push(request.headers.authorization);
    response.end(body);
  });
  onTestFinished(() => server.close());
  return { server, credentials };
}

describe("a feature server in place of a store", () => {
  test.each([
    ["no_auth", {}, undefined],
    ["{ type: oidc, token: t0ken }", {}, "Bearer t0ken"],
    ["{ type: oidc, token_env_var: MINE }", { MINE: "mine" }, "Bearer mine"],
    ["{ type: oidc }", { FEAST_OIDC_TOKEN: "given" }, "Bearer given"],
    ["{ type: kubernetes, user_token: user }", { LOCAL_K8S_TOKEN: "local" }, "Bearer user"],
    ["{ type: kubernetes }", { LOCAL_K8S_TOKEN: "local" }, "Bearer local"],
  ])("`auth: %s` is what it is shown", async (auth, env, wanted) => {
    const { server, credentials } = await listening(serve);
    expect(await ask(`path: "${server.url}"`, auth, { env })).toEqual({ status: 200, body: { orders: 3 } });
    expect(credentials).toEqual([wanted]);
  });

  test("the source's own `auth` and `url` come before it; another server is never shown its token", async () => {
    const { server, credentials } = await listening(serve);
    const token = "{ type: oidc, token: t0ken }";
    await ask(`path: "${server.url}"`, token, { source: "auth: none" });
    await project!.close();
    await ask('path: "http://127.0.0.1:9"', token, { source: `url: ${server.url}` });
    expect(credentials).toEqual([undefined, undefined]);
  });

  test("a user and a password in its URL are sent", async () => {
    const { server, credentials } = await listening(serve);
    await ask(`path: "${server.url.replace("//", "//shop:p%40ss@")}"`, "no_auth");
    expect(credentials).toEqual([`Basic ${Buffer.from("shop:p@ss").toString("base64")}`]);
  });

  test("`cert` says whose certificates are good", async () => {
    const { server } = await listening((listener) => serveTls(identity("good"), listener));
    const files = { "repo/ca.pem": pem("authority.pem") };
    expect(await ask(`path: "${server.url}", cert: ca.pem`, "no_auth", { files })).toMatchObject({
      status: 200,
    });
    await project!.close();
    expect(await ask(`path: "${server.url}"`, "no_auth")).toMatchObject({ status: 502 });
  });
});

describe("the token of a pod", () => {
  /** A host on which the token is what `read` gives, and the time that is set. */
  function pod(read: () => string, fallback?: Secret) {
    const sent: string[] = [];
    let nowMs = 0;
    const host = nodeHost({});
    const clock = { ...host.clock, monotonicMs: () => nowMs };
    const files = { ...host.files, read: () => new TextEncoder().encode(read()) };
    const next = {
      send({ headers }: HttpRequest) {
        sent.push(headers.at(-1)!);
        return { cancel: () => undefined };
      },
    };
    const sender = new PodTokenSender(next, { ...host, clock, files }, fallback);
    const request = { method: "POST", path: "/", headers: [], body: null };
    const ask = () =>
      new Promise<string>((resolve) => {
        const before = sent.length;
        sender.send(request, 1, { replied: () => undefined, failed: ({ code }) => resolve(code) });
        if (sent.length > before) resolve(sent.at(-1)!);
      });
    return { ask, after: (ms: number) => (nowMs += ms) };
  }

  test("is read again when a minute is over", async () => {
    let token = "first\n";
    const { ask, after } = pod(() => token);
    expect(await ask()).toBe("Bearer first");
    token = "second\n";
    expect(await ask()).toBe("Bearer first");
    after(60_000);
    expect(await ask()).toBe("Bearer second");
  });

  test("that is not there is replaced by another, or fails the call until it is", async () => {
    let isThere = false;
    const read = () => {
      if (isThere) return "late";
      throw failure("FILE_NOT_FOUND", { path: "token" });
    };
    expect(await pod(read, new Secret("local")).ask()).toBe("Bearer local");
    const { ask } = pod(read);
    expect(await ask()).toBe("SOURCE_TOKEN_REFUSED");
    isThere = true;
    expect(await ask()).toBe("Bearer late");
  });
});
