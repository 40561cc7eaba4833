import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { LocalServer } from "../../connections/http/local-server.js";
import { serve, serveTls } from "../../connections/http/local-server.js";
import { identity, pem } from "../../connections/http/certificates.js";
import { echoServer, type Received } from "./echo.js";
import { checkApi, openApi, type OpenApi } from "./open-api.js";

let server: LocalServer & { readonly received: Received[] };
let api: OpenApi | undefined;
beforeEach(async () => {
  server = await echoServer();
});
afterEach(async () => {
  await api?.source.close();
  await server.close();
});

const secrets = { TOKEN: "marked-token", PASSWORD: "marked:pässword", AWS_KEY: "marked-aws-key" };

async function sent(auth: string, operation = "path: /items"): Promise<Received> {
  api = await openApi(`base_url: ${server.url}\nauth: ${auth}\noperations:\n  it: { ${operation} }`, {
    secrets,
  });
  await api.value("it");
  return server.received.at(-1)!;
}

describe("credentials", () => {
  test("of kind bearer", async () => {
    const { headers } = await sent('{ type: bearer, token: "${TOKEN}" }');
    expect(headers.authorization).toBe("Bearer marked-token");
  });

  test("of kind basic, in UTF-8", async () => {
    const { headers } = await sent('{ type: basic, username: jo, password: "${PASSWORD}" }');
    expect(headers.authorization).toBe(`Basic ${Buffer.from("jo:marked:pässword").toString("base64")}`);
  });

  test("of kind api_key, in a header", async () => {
    expect((await sent('{ type: api_key, header: X-Api-Key, value: "${TOKEN}" }')).headers["x-api-key"]).toBe(
      "marked-token",
    );
  });

  test("of kind api_key, in the query", async () => {
    const auth = '{ type: api_key, query: "the key", value: "${PASSWORD}" }';
    expect((await sent(auth)).url).toBe("/items?the%20key=marked%3Ap%C3%A4ssword");
    expect((await sent(auth, "path: /items, query: { a: 1 }")).url).toBe(
      "/items?a=1&the%20key=marked%3Ap%C3%A4ssword",
    );
  });

  test("of kind aws_sigv4", async () => {
    const auth =
      '{ type: aws_sigv4, region: eu-central-1, service: execute-api, access_key_id: AKID, secret_access_key: "${AWS_KEY}" }';
    const { headers } = await sent(auth, "body: { a: 1 }");
    expect(headers.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKID\/\d{8}\/eu-central-1\/execute-api\/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=[0-9a-f]{64}$/,
    );
  });

  test("of an operation win, and `none` takes those of the source away", async () => {
    const bearer = '{ type: bearer, token: "${TOKEN}" }';
    expect((await sent(bearer, "path: /, auth: none")).headers.authorization).toBeUndefined();
    const own = await sent(bearer, 'path: /, auth: { type: basic, username: a, password: "${TOKEN}" }');
    expect(own.headers.authorization).toMatch(/^Basic /);
  });

  test("win over the user in base_url", async () => {
    const base = server.url.replace("http://", "http://user:${TOKEN}@");
    api = await openApi(
      `base_url: "${base}"\nauth: { type: bearer, token: "\${TOKEN}" }\noperations:\n  it: { path: / }`,
      { secrets },
    );
    await api.value("it");
    expect(server.received[0]!.headers.authorization).toBe("Bearer marked-token");
  });
});

test("a certificate of one's own, with files that the configuration names", async () => {
  const demanding = { ...identity("good"), ca: pem("authority.pem"), requestCert: true };
  const upstream = await serveTls(demanding, (request, response) => {
    const { authorized } = request.socket as unknown as { readonly authorized: boolean };
    response.end(JSON.stringify({ authorized }));
  });
  const yaml = `
base_url: ${upstream.url}
tls: { ca_file: ca.pem }
auth: { type: mtls, cert_file: client.pem, key_file: client.key, passphrase: "\${PHRASE}" }
operations:
  it: { path: / }
  without: { path: /, auth: none }
`;
  const files = {
    "ca.pem": pem("authority.pem"),
    "client.pem": pem("client.pem"),
    "client.key": pem("client-encrypted.key"),
  };
  api = await openApi(yaml, { files, secrets: { PHRASE: "open-sesame" } });
  expect(await api.value("it")).toEqual({ authorized: true });
  await expect(api.value("without")).rejects.toMatchObject({
    code: expect.stringMatching(/^SOURCE_/) as string,
  });
  const wrong = checkApi(yaml, { files, secrets: { PHRASE: "marked-wrong-phrase" } });
  expect(wrong.problems.map(({ code }) => code)).toEqual(["CONFIG_VALUE_INVALID"]);
  expect(JSON.stringify(wrong.problems)).not.toContain("marked");
  const missing = checkApi(yaml, { files: {}, secrets: { PHRASE: "x" } });
  expect(missing.problems.map(({ code, location }) => `${location?.line} ${code}`)).toEqual([
    "3 FILE_NOT_FOUND",
    "4 FILE_NOT_FOUND",
    "4 FILE_NOT_FOUND",
  ]);
  await upstream.close();
});

test("no secret stands in a problem, in the log, or in what prints the settings", async () => {
  const failing = await serve((_, response) => response.writeHead(401).end("marked-token"));
  const yaml = `base_url: ${failing.url}\nauth: { type: api_key, query: key, value: "\${TOKEN}" }\noperations:\n  it: { path: / }`;
  api = await openApi(yaml, { secrets });
  const error = await api.reply("it").then(
    () => undefined,
    (thrown: Error) => thrown,
  );
  const { settings } = checkApi(yaml, { secrets });
  const seen = [JSON.stringify(error), String(error), JSON.stringify(api.logged), JSON.stringify(settings)];
  expect(seen.join(" ")).not.toContain("marked");
  await failing.close();
});

describe("what is refused", () => {
  test.each([
    ["a secret in the file", "{ type: bearer, token: abc }", "2 CONFIG_SECRET_LITERAL"],
    ["an unknown kind", "{ type: digest, token: abc }", "2 CONFIG_VALUE_UNKNOWN"],
    ["no kind", "{ token: abc }", "2 CONFIG_KEY_MISSING"],
    ["a word that is no kind", "bearer", "2 CONFIG_VALUE_UNKNOWN"],
    [
      "a key in header and query",
      '{ type: api_key, header: X, query: x, value: "${TOKEN}" }',
      "2 CONFIG_VALUE_INVALID",
    ],
    ["a key in neither", '{ type: api_key, value: "${TOKEN}" }', "2 CONFIG_VALUE_INVALID"],
    [
      "a header of the connection",
      '{ type: api_key, header: Upgrade, value: "${TOKEN}" }',
      "2 CONFIG_VALUE_INVALID",
    ],
    [
      "a colon in a user name",
      '{ type: basic, username: "a:b", password: "${TOKEN}" }',
      "2 CONFIG_VALUE_INVALID",
    ],
    ["a line break in a token", '{ type: bearer, token: "${BROKEN}" }', "2 CONFIG_VALUE_INVALID"],
    ["a key of another kind", '{ type: bearer, token: "${TOKEN}", username: a }', "2 CONFIG_KEY_UNKNOWN"],
  ])("%s", (_, auth, problem) => {
    const yaml = `base_url: https://api.example\nauth: ${auth}\noperations:\n  it: { path: / }`;
    const { problems } = checkApi(yaml, { secrets: { ...secrets, BROKEN: "a\nb" } });
    expect(problems.map(({ code, location }) => `${location?.line} ${code}`)).toEqual([problem]);
  });

  test("a header or a query parameter that the credentials have already", () => {
    const problemsOf = (auth: string, operation: string) =>
      checkApi(`base_url: https://api.example\nauth: ${auth}\noperations:\n  it: ${operation}`, {
        secrets,
      }).problems.map(({ code }) => code);
    const bearer = '{ type: bearer, token: "${TOKEN}" }';
    const query = '{ type: api_key, query: key, value: "${TOKEN}" }';
    expect(problemsOf(bearer, "{ headers: { Authorization: x } }")).toEqual(["CONFIG_VALUE_INVALID"]);
    expect(problemsOf(bearer, "{ forward: { headers: [authorization] } }")).toEqual(["CONFIG_VALUE_INVALID"]);
    expect(problemsOf(query, "{ query: { key: 1 } }")).toEqual(["CONFIG_VALUE_INVALID"]);
    expect(problemsOf(query, "{ forward: { query: [key] } }")).toEqual(["CONFIG_VALUE_INVALID"]);
    expect(problemsOf(query, "{ forward: { query: [other] } }")).toEqual([]);
  });
});
