import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { request as send } from "node:http";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { runServer } from "../../../src/server/run-server.js";
import type { RunningServer } from "../../../src/server/obey-signals.js";
import { temporaryFolder } from "../../host/temporary-folder.js";
import { withVariables } from "../../scenarios/project.js";

const files = {
  "config/config.yaml": "server: { host: 127.0.0.1, port: 0 }\nadmin: { port: 0 }\n",
  "config/database.yaml":
    'database: { sources: { default: { connection_string: "sqlite:///data/a.db" } } }\n',
  "config/domains/shop.yaml": "endpoints: { hello: { response_mapping: { ok: true } } }\n",
};

interface Running extends RunningServer {
  readonly folder: string;
  readonly token: string;
}

async function start(changed: Readonly<Record<string, string>> = {}): Promise<Running> {
  const folder = temporaryFolder({ ...files, ...changed });
  const server = await runServer({ workingFolder: folder, logLevel: "silent" });
  onTestFinished(() => server.stop());
  const path = join(folder, "data/admin.token");
  return { ...server, folder, token: existsSync(path) ? readFileSync(path, "utf8").trim() : "" };
}

interface Asked {
  readonly status: number;
  readonly type: string | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Record<string, unknown>;
}

function ask(
  { adminUrl, token }: Running,
  path: string,
  more: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Asked> {
  const { method = "GET", body } = more;
  const headers = { authorization: `Bearer ${token}`, ...more.headers };
  return new Promise((resolve, reject) => {
    const sent = send(`${adminUrl}${path}`, { method, headers, agent: false }, (response) => {
      let text = "";
      response.on("data", (chunk) => (text += String(chunk)));
      response.on("end", () =>
        resolve({
          status: response.statusCode!,
          type: response.headers["content-type"],
          headers: response.headers,
          body: JSON.parse(text) as Record<string, unknown>,
        }),
      );
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

describe("who may ask", () => {
  test("what needs a token refuses every other one, unknown paths and methods included", async () => {
    const server = await start();
    const wrong = [
      "",
      "Bearer",
      "Bearer wrong",
      `Basic ${server.token}`,
      `Bearer ${server.token}x`,
      server.token,
    ];
    for (const authorization of wrong) {
      for (const [method, path] of [
        ["GET", "/config"],
        ["POST", "/config/reload"],
        ["GET", "/sources"],
        ["GET", "/"],
        ["GET", "/nowhere"],
        ["POST", "/livez"],
        ["DELETE", "/config"],
      ] as const) {
        const reply = await ask(server, path, { method, headers: { authorization } });
        expect(reply, `${method} ${path} ${authorization}`).toMatchObject({
          status: 401,
          type: "application/problem+json; charset=utf-8",
          body: { code: "ADMIN_TOKEN_REFUSED" },
        });
        expect(reply.headers["www-authenticate"]).toBe("Bearer");
      }
    }
    expect(server.app.config.environment.name).toBe("development");
    expect(await ask(server, "/nowhere")).toMatchObject({ status: 404, body: { code: "ROUTE_NOT_FOUND" } });
  });

  test("health needs none", async () => {
    const server = await start();
    const headers = { authorization: "" };
    expect(await ask(server, "/livez", { headers })).toMatchObject({
      status: 200,
      body: { status: "alive" },
    });
    expect(await ask(server, "/readyz", { headers })).toMatchObject({
      status: 200,
      body: { status: "ready" },
    });
  });

  test("a Host that is not the listener's is refused, also with the token", async () => {
    const server = await start();
    const { port } = new URL(server.adminUrl!);
    for (const host of [
      `attacker.example:${port}`,
      "127.0.0.1",
      "127.0.0.1:1",
      `localhost.attacker.example:${port}`,
    ]) {
      for (const path of ["/config", "/livez"]) {
        const reply = await ask(server, path, { headers: { host } });
        expect(reply, host).toMatchObject({ status: 403, body: { code: "ADMIN_HOST_REFUSED" } });
      }
    }
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `LOCALHOST:${port}`, `[::1]:${port}`]) {
      expect((await ask(server, "/config", { headers: { host } })).status, host).toBe(200);
    }
  });

  test("a page of another origin is refused, and one of its own is not", async () => {
    const server = await start();
    const { port } = new URL(server.adminUrl!);
    for (const origin of [
      "http://attacker.example",
      "null",
      `https://127.0.0.1:${port}`,
      "http://127.0.0.1:1",
    ]) {
      const reply = await ask(server, "/config/reload", { method: "POST", headers: { origin } });
      expect(reply, origin).toMatchObject({ status: 403, body: { code: "ADMIN_ORIGIN_REFUSED" } });
    }
    expect((await ask(server, "/config", { headers: { origin: server.adminUrl! } })).status).toBe(200);
  });
});

describe("the token", () => {
  test("is made once, for its owner alone, and kept over restarts", async () => {
    const first = await start();
    expect(first.token).toMatch(/^[\w-]{43}$/);
    expect(statSync(join(first.folder, "data/admin.token")).mode & 0o777).toBe(0o600);
    await first.stop();
    const again = await runServer({ workingFolder: first.folder, logLevel: "silent" });
    onTestFinished(() => again.stop());
    expect((await ask({ ...again, folder: first.folder, token: first.token }, "/config")).status).toBe(200);
  });

  test("that is configured holds instead, also after a reload that changes it", async () => {
    const config = 'server: { host: 127.0.0.1, port: 0 }\nadmin: { port: 0, token: "${ADMIN_TOKEN:-}" }\n';
    await withVariables({ ADMIN_TOKEN: "the first token" }, async () => {
      const server = await start({ "config/config.yaml": config });
      expect(existsSync(join(server.folder, "data/admin.token"))).toBe(false);
      const statusWith = async (token: string) => (await ask({ ...server, token }, "/config")).status;
      expect(await statusWith("the first token")).toBe(200);
      process.env["ADMIN_TOKEN"] = "the-second-token";
      expect(await server.app.reload()).toMatchObject({ status: "reloaded", needsRestart: [] });
      expect(await statusWith("the first token")).toBe(401);
      expect(await statusWith("the-second-token")).toBe(200);
      process.env["ADMIN_TOKEN"] = "";
      await server.app.reload();
      expect(await statusWith("")).toBe(401);
      expect(await statusWith(readFileSync(join(server.folder, "data/admin.token"), "utf8").trim())).toBe(
        200,
      );
    });
  });

  test("that cannot be stored does not stop the service", async () => {
    const server = await start({ data: "a file where the folder should be", "config/database.yaml": "" });
    expect((await ask({ ...server, token: "x" }, "/livez")).status).toBe(200);
    expect((await ask({ ...server, token: "x" }, "/config")).status).toBe(401);
  });
});

describe("the state of the configuration", () => {
  test("names the environment, the files with their times, and the generation", async () => {
    const server = await start();
    const { body } = await ask(server, "/config");
    expect(body).toMatchObject({
      environment: { name: "development", reason: "it is the default, as ENVIRONMENT is not set" },
      project_folder: server.folder,
      generation: { number: 1, requests_in_flight: 0 },
      old_generations: [],
      needs_restart: [],
      last_reload: null,
    });
    const shown = body["files"] as { path: string; modified_at: string }[];
    expect(shown.map(({ path }) => path)).toEqual(Object.keys(files));
    for (const { modified_at } of shown) expect(Date.parse(modified_at)).toBeGreaterThan(0);
  });

  test("has what came of the latest reload", async () => {
    const server = await start();
    writeFileSync(
      join(server.folder, "config/config.yaml"),
      "server: { host: 127.0.0.9, port: 0 }\nadmin: { port: 0 }\n",
    );
    expect(await ask(server, "/config/reload", { method: "POST" })).toMatchObject({
      status: 200,
      type: "application/json; charset=utf-8",
      body: {
        status: "reloaded",
        generation: 2,
        problems: [],
        needs_restart: ["server.host"],
        sources: { kept: ["database.default"] },
      },
    });
    expect(await ask(server, "/config/reload", { method: "POST", body: "{" })).toMatchObject({
      status: 200,
      body: { status: "unchanged", generation: 2 },
    });
    expect((await ask(server, "/config")).body).toMatchObject({
      last_reload: { status: "unchanged" },
      needs_restart: ["server.host"],
    });
  });

  test("of a reload with errors is 422 with all of them; nothing has changed", async () => {
    const server = await start();
    writeFileSync(join(server.folder, "config/config.yaml"), "sever: {}\nadmin: { prot: 1 }\n");
    const refused = await ask(server, "/config/reload", { method: "POST" });
    expect(refused).toMatchObject({
      status: 422,
      type: "application/problem+json; charset=utf-8",
      body: { code: "RELOAD_REFUSED", status: 422, result: "refused", generation: 1 },
    });
    expect(refused.body["problems"]).toMatchObject([
      { code: "CONFIG_KEY_UNKNOWN", location: { file: "config/config.yaml", line: 1, column: 1 } },
      { code: "CONFIG_KEY_UNKNOWN", location: { line: 2 } },
    ]);
    expect((await ask(server, "/config")).body).toMatchObject({
      generation: { number: 1 },
      last_reload: { status: "refused" },
    });
  });
});

test("sources are asked, and told apart", async () => {
  const api = `api:
  sources:
    away: { base_url: http://127.0.0.1:1, operations: { get: { path: / } } }
`;
  const server = await start({ "config/integrations/api_sources.yaml": api });
  const { body } = await ask(server, "/sources");
  expect(body["sources"]).toMatchObject([
    { id: "database.default", kind: "database", status: "reachable", code: null },
    { id: "api.away", kind: "api", status: "unreachable", code: "SOURCE_UNREACHABLE" },
  ]);
});

test("shadows are counted", async () => {
  const server = await start({
    "config/database.yaml": `database:
  sources: { default: { connection_string: "sqlite:///data/it.db" } }
  operations: { one: { query: SELECT 1 AS n }, other: { query: SELECT 2 AS n } }
`,
    "config/domains/counted.yaml": `endpoints:
  it:
    data_sources:
      - { name: it, type: database, operation: one, traffic: { shadow: [{ operation: other }] } }
`,
  });
  expect((await fetch(`${server.url}/orchestrator/counted/it`)).status).toBe(200);
  await expect
    .poll(async () => (await ask(server, "/shadows")).body["shadows"])
    .toEqual([
      {
        ...{ step: "counted.it.it", operation: "other", sent: 1, dropped: 0 },
        ...{ failed: 0, timed_out: 0, agreed: 0, differed: 1, uncompared: 0 },
      },
    ]);
});

describe("the listener", () => {
  test("that finds its port taken says which key to change, and nothing is left listening", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void other.close());
    const { port } = other.address() as AddressInfo;
    const folder = temporaryFolder({
      ...files,
      "config/config.yaml": `server: { host: 127.0.0.1, port: 0 }\nadmin: { port: ${port} }\n`,
    });
    const listeners = process.listenerCount("SIGHUP");
    await expect(runServer({ workingFolder: folder, logLevel: "silent" })).rejects.toMatchObject({
      code: "PORT_IN_USE",
      hint: expect.stringContaining("admin.port"),
    });
    expect(process.listenerCount("SIGHUP")).toBe(listeners);
  });

  test.each([
    ["by the configuration", "admin: false\n", {}],
    ["by the caller", "", { admin: false }],
  ] as const)("can be turned off %s", async (_title, keys, options) => {
    const folder = temporaryFolder({
      ...files,
      "config/config.yaml": `server: { host: 127.0.0.1, port: 0 }\n${keys}`,
    });
    mkdirSync(join(folder, "data"));
    const server = await runServer({ workingFolder: folder, logLevel: "silent", ...options });
    onTestFinished(() => server.stop());
    expect(server.adminUrl).toBeUndefined();
    expect(existsSync(join(folder, "data/admin.token"))).toBe(false);
  });

  test("ends with the service", async () => {
    const server = await start();
    await server.stop();
    await expect(ask(server, "/livez")).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });
});

test("kept values are purged by tag, or all at once", async () => {
  const running = await start({
    "config/domains/shop.yaml": `endpoints:
  it: { data_sources: [{ name: it, type: database, operation: it, cache: { ttl: 1h, tags: [shop] } }] }
`,
    "config/database.yaml": `database:
  sources: { default: { connection_string: "sqlite:///data/a.db" } }
  operations: { it: { query: SELECT 1 } }
`,
  });
  const call = () => fetch(`${running.url}/orchestrator/shop/it`);
  const purge = (body?: string) =>
    ask(running, "/cache/purge", { method: "POST", ...(body === undefined ? {} : { body }) });
  await call();
  expect((await purge('{"tags": ["other"]}')).body).toEqual({ purged: 0, tags: ["other"] });
  expect((await purge('{"tags": ["shop"]}')).body).toEqual({ purged: 1, tags: ["shop"] });
  await call();
  expect((await purge()).body).toEqual({ purged: 1, tags: null });
  expect(await purge('{"tags": "shop"}')).toMatchObject({ status: 400 });
  expect(await purge("{")).toMatchObject({ status: 400 });
  expect(await ask({ ...running, token: "wrong" }, "/cache/purge", { method: "POST" })).toMatchObject({
    status: 401,
  });
});
