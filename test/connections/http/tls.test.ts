import { afterEach, describe, expect, test } from "vitest";
import { HttpClient, type HttpClientOptions } from "../../../src/connections/http/http-client.js";
import { HttpReply } from "../../../src/connections/http/http-reply.js";
import type { TlsRules } from "../../../src/connections/http/tls-keys.js";
import type { OrchestratorError } from "../../../src/problems/orchestrator-error.js";
import { Secret } from "../../../src/schema/secret.js";
import { identity, pem } from "./certificates.js";
import { send } from "./exchange.js";
import { serveTls, type LocalServer } from "./local-server.js";

let server: LocalServer | undefined;
afterEach(() => server?.close());

const rules: TlsRules = {
  ca: pem("authority.pem"),
  serverName: undefined,
  minVersion: "TLSv1.2",
  verifies: true,
};

async function outcomeOf(options: Partial<HttpClientOptions>): Promise<string> {
  const client = new HttpClient({ origin: server!.url, connections: 2, tls: rules, ...options });
  const outcome = await send(client);
  const probe = await client.probe().then(
    () => "reached",
    (error: OrchestratorError) => error.code,
  );
  await client.close();
  if (outcome instanceof HttpReply) return `${outcome.body.toString()}, ${probe}`;
  expect(outcome.problem.wasSent).toBe(false);
  expect(JSON.stringify(outcome.problem)).not.toMatch(/127\.0\.0\.1|authority|localhost/);
  return `${outcome.code}, ${probe}`;
}

describe("the other side's certificate", () => {
  test("is taken where the authority that signed it is trusted", async () => {
    server = await serveTls(identity("good"), (_, response) => response.end("hello"));
    expect(await outcomeOf({})).toBe("hello, reached");
    expect(await outcomeOf({ tls: { ...rules, ca: undefined } })).toBe(
      "SOURCE_UNREACHABLE, SOURCE_UNREACHABLE",
    );
  });

  test("that has expired is not", async () => {
    server = await serveTls(identity("expired"), (_, response) => response.end("hello"));
    expect(await outcomeOf({})).toBe("SOURCE_UNREACHABLE, SOURCE_UNREACHABLE");
    expect(await outcomeOf({ tls: { ...rules, verifies: false } })).toBe("hello, reached");
  });

  test("must be of the host, or of the name that the configuration gives", async () => {
    server = await serveTls(identity("elsewhere"), (_, response) => response.end("hello"));
    expect(await outcomeOf({})).toBe("SOURCE_UNREACHABLE, SOURCE_UNREACHABLE");
    expect(await outcomeOf({ tls: { ...rules, serverName: "elsewhere.example" } })).toBe("hello, reached");
  });
});

test("an older version than the oldest is not spoken", async () => {
  server = await serveTls({ ...identity("good"), maxVersion: "TLSv1.2" }, (_, response) =>
    response.end("hello"),
  );
  expect(await outcomeOf({})).toBe("hello, reached");
  expect(await outcomeOf({ tls: { ...rules, minVersion: "TLSv1.3" } })).toBe(
    "SOURCE_UNREACHABLE, SOURCE_UNREACHABLE",
  );
});

describe("a certificate of the client's own", () => {
  const demanding = {
    ...identity("good"),
    ca: pem("authority.pem"),
    requestCert: true,
    rejectUnauthorized: true,
  };

  test.each([
    ["client.key", undefined],
    ["client-encrypted.key", "open-sesame"],
  ])("is shown, with its key from %s", async (key, passphrase) => {
    server = await serveTls({ ...demanding, maxVersion: "TLSv1.2" }, (_, response) => response.end("hello"));
    const certificate = {
      certificate: pem("client.pem"),
      key: new Secret(pem(key)),
      passphrase: passphrase === undefined ? undefined : new Secret(passphrase),
    };
    expect(await outcomeOf({ certificate })).toBe("hello, reached");
    expect(await outcomeOf({})).toBe("SOURCE_UNREACHABLE, SOURCE_UNREACHABLE");
  });

  test("that cannot be used makes the source unreachable, and its key is not shown", async () => {
    server = await serveTls({ ...demanding, maxVersion: "TLSv1.2" }, (_, response) => response.end("hello"));
    const wrong = { certificate: pem("client.pem"), key: new Secret(pem("good.key")), passphrase: undefined };
    expect(await outcomeOf({ certificate: wrong })).toBe("SOURCE_UNREACHABLE, SOURCE_UNREACHABLE");
  });
});
