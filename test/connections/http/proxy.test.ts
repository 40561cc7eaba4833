import { once } from "node:events";
import { createServer, request as httpRequest, type IncomingMessage } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { HttpClient } from "../../../src/connections/http/http-client.js";
import type { HttpReply } from "../../../src/connections/http/http-reply.js";
import { proxyFor, type ProxyRule } from "../../../src/connections/http/proxy.js";
import type { OrchestratorError } from "../../../src/problems/orchestrator-error.js";
import { identity, pem } from "./certificates.js";
import { send } from "./exchange.js";
import { serve, serveTls, type LocalServer } from "./local-server.js";

interface Proxy {
  readonly url: URL;
  /** What it was asked for: `GET http://…` or `CONNECT host:port`, with the credentials. */
  readonly asked: string[];
  close(): void;
}

let server: LocalServer | undefined;
let proxy: Proxy | undefined;
afterEach(async () => {
  await server?.close();
  proxy?.close();
});

async function startProxy(userinfo = "", answer = 200): Promise<Proxy> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const note = ({ method, url, headers }: IncomingMessage) =>
    asked.push(`${method} ${url} ${headers["proxy-authorization"] ?? "nobody"}`);
  const listening = createServer((request, response) => {
    note(request);
    const onwards = httpRequest(
      request.url!,
      { method: request.method, headers: { host: request.headers.host } },
      (found) => {
        response.writeHead(found.statusCode!);
        found.pipe(response);
      },
    );
    request.pipe(onwards);
  });
  listening.on("connect", (request, client: Socket) => {
    note(request);
    if (answer !== 200) return client.end(`HTTP/1.1 ${answer} No\r\n\r\n`);
    const [host, port] = request.url!.split(":");
    const onwards = connect(Number(port), host === "upstream.example" ? "127.0.0.1" : host!, () => {
      client.write("HTTP/1.1 200 OK\r\n\r\n");
      client.pipe(onwards).pipe(client);
    });
    onwards.on("error", () => client.destroy());
    client.on("error", () => onwards.destroy());
  });
  listening.on("connection", (socket) => sockets.add(socket));
  listening.listen(0, "127.0.0.1");
  await once(listening, "listening");
  return {
    url: new URL(`http://${userinfo}127.0.0.1:${(listening.address() as AddressInfo).port}`),
    asked,
    close: () => {
      listening.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

test("a request goes through the proxy, which is told who asks", async () => {
  server = await serve((request, response) => response.end(`${request.headers.host} ${request.url}`));
  proxy = await startProxy("us%40er:pass@");
  const client = new HttpClient({ origin: server.url, connections: 2, proxy: proxy.url });
  const reply = (await send(client, { path: "/a?b=c" })) as HttpReply;
  expect(reply.body.toString()).toBe(`${new URL(server.url).host} /a?b=c`);
  const credentials = `Basic ${Buffer.from("us@er:pass").toString("base64")}`;
  expect(proxy.asked).toEqual([`GET ${server.url}/a?b=c ${credentials}`]);
  await expect(client.probe()).resolves.toBeUndefined();
  await client.close();
});

test("an https request goes through a tunnel, in which the certificate is checked as ever", async () => {
  server = await serveTls(identity("good"), (request, response) =>
    response.end(`${request.headers["proxy-authorization"]} ${request.url}`),
  );
  proxy = await startProxy("user:pass@");
  const tls = {
    ca: pem("authority.pem"),
    serverName: undefined,
    minVersion: "TLSv1.2",
    verifies: true,
  } as const;
  const { host, port } = new URL(server.url);
  const client = new HttpClient({ origin: server.url, connections: 1, proxy: proxy.url, tls });
  for (const path of ["/1", "/2"]) {
    expect(((await send(client, { path })) as HttpReply).body.toString()).toBe(`undefined ${path}`);
  }
  expect(proxy.asked).toEqual([`CONNECT ${host} Basic ${Buffer.from("user:pass").toString("base64")}`]);
  await client.close();
  const elsewhere = `https://upstream.example:${port}`;
  const wrong = new HttpClient({ origin: elsewhere, connections: 1, proxy: proxy.url, tls });
  expect(((await send(wrong)) as OrchestratorError).code).toBe("SOURCE_UNREACHABLE");
  await wrong.close();
});

test.each([407, 502])(
  "a proxy that answers %d makes the source unreachable, and nothing was sent",
  async (status) => {
    proxy = await startProxy("user:marked-password@", status);
    const client = new HttpClient({ origin: "https://upstream.example", connections: 1, proxy: proxy.url });
    const error = (await send(client)) as OrchestratorError;
    expect(error.code).toBe("SOURCE_UNREACHABLE");
    expect(error.problem.wasSent).toBe(false);
    expect(`${JSON.stringify(error.problem)} ${String((error.cause as Error).message)}`).not.toContain(
      "marked",
    );
    await client.close();
  },
);

describe("which proxy", () => {
  const origin = new URL("https://api.corp.example");
  const env = (variables: Record<string, string>) => (name: string) => variables[name];
  const nothing = env({});

  test("none, unless the configuration asks for it: variables of the machine redirect nothing", () => {
    expect(proxyFor(origin, undefined, env({ HTTPS_PROXY: "http://proxy:1" }))).toBeUndefined();
  });

  test.each<[readonly string[], boolean]>([
    [[], true],
    [["corp.example"], false],
    [[".corp.example"], false],
    [["*.corp.example"], false],
    [["API.corp.example"], false],
    [["api.corp.example:443"], false],
    [["api.corp.example:8443"], true],
    [["orp.example"], true],
    [["*"], false],
    [["other.example", "corp.example"], false],
  ])("with no_proxy %j", (noProxy, isUsed) => {
    const rule: ProxyRule = { kind: "url", url: new URL("http://proxy:3128"), noProxy };
    expect(proxyFor(origin, rule, nothing) !== undefined).toBe(isUsed);
  });

  test("that of the environment, by scheme; lower case wins; NO_PROXY is obeyed", () => {
    const rule: ProxyRule = { kind: "environment" };
    const variables = {
      HTTPS_PROXY: "http://upper:1",
      https_proxy: "http://lower:1",
      HTTP_PROXY: "http://plain:1",
    };
    expect(proxyFor(origin, rule, env(variables))?.host).toBe("lower:1");
    expect(proxyFor(new URL("http://api.corp.example"), rule, env(variables))?.host).toBe("plain:1");
    expect(
      proxyFor(origin, rule, env({ ...variables, NO_PROXY: "a.example, .corp.example" })),
    ).toBeUndefined();
    expect(proxyFor(origin, rule, nothing)).toBeUndefined();
    expect(proxyFor(origin, rule, env({ https_proxy: "not a url" }))).toBeUndefined();
  });
});
