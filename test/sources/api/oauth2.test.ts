import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { OrchestratorError } from "../../../src/problems/orchestrator-error.js";
import { stoppedTime } from "../../host/stopped-time.js";
import { errorOf } from "../../conformance/source-conformance.js";
import { closedPort, serve, type LocalServer } from "../../connections/http/local-server.js";
import { openApi, type OpenApi } from "./open-api.js";
import { tokenServer, type TokenServer } from "./token-server.js";

let tokens: TokenServer;
let upstream: LocalServer;
let api: OpenApi | undefined;
let seen: string[];
let accepts: (token: string) => boolean;
beforeEach(async () => {
  tokens = await tokenServer();
  seen = [];
  accepts = () => true;
  upstream = await serve(({ headers }, response) => {
    const token = String(headers.authorization);
    seen.push(token);
    response.writeHead(accepts(token) ? 200 : 401).end(JSON.stringify({ token }));
  });
});
afterEach(async () => {
  await api?.source.close();
  await Promise.all([tokens.close(), upstream.close()]);
});

const secrets = { SECRET: "marked secret+/&" };

function open(more = "", tokenUrl = `${tokens.url}/token/`): Promise<OpenApi> {
  return openApi(
    `
base_url: ${upstream.url}
auth:
  type: oauth2_client_credentials
  token_url: ${tokenUrl}
  client_id: shop:1
  client_secret: "\${SECRET}"
${more}
operations:
  it: { path: / }
  write: { path: /, method: POST, body: { a: 1 } }
`,
    { secrets },
  );
}

describe("a token", () => {
  test("is asked for once, however many calls wait for it, and kept", async () => {
    tokens.answer = { status: 200, body: undefined, afterMs: 30 };
    api = await open();
    await Promise.all(Array.from({ length: 50 }, () => api!.value("it")));
    await api.value("it");
    expect(tokens.asked).toHaveLength(1);
    expect(new Set(seen)).toEqual(new Set(["Bearer token-1"]));
  });

  test("is asked for as RFC 6749 says: id and secret in the header, encoded as a form", async () => {
    api = await open("  scopes: [read, write]\n  audience: https://api");
    await api.value("it");
    const pair = "shop%3A1:marked+secret%2B%2F%26";
    expect(tokens.asked).toEqual([
      {
        authorization: `Basic ${Buffer.from(pair).toString("base64")}`,
        fields: { grant_type: "client_credentials", scope: "read write", audience: "https://api" },
      },
    ]);
  });

  test("is asked for with id and secret in the body where the configuration says so", async () => {
    api = await open("  client_auth: body");
    await api.value("it");
    const fields = {
      grant_type: "client_credentials",
      client_id: "shop:1",
      client_secret: "marked secret+/&",
    };
    expect(tokens.asked).toEqual([{ authorization: undefined, fields }]);
  });

  test("that is refused with 401 is replaced once, also for a write", async () => {
    api = await open();
    accepts = (token) => token !== "Bearer token-1";
    expect(await api.value("write")).toEqual({ token: "Bearer token-2" });
    expect(await api.value("it")).toEqual({ token: "Bearer token-2" });
    expect(tokens.asked).toHaveLength(2);
  });

  test("that is refused again ends the call", async () => {
    api = await open();
    accepts = () => false;
    const error = await errorOf(api.reply("it"));
    expect(error.code).toBe("SOURCE_FAILED");
    expect(error.problem.upstreamStatus).toBe(401);
    expect(seen).toEqual(["Bearer token-1", "Bearer token-2"]);
  });

  test("is renewed beside the calls once four fifths of its life are over", async () => {
    tokens.answer = { status: 200, body: { access_token: "short", expires_in: 60 } };
    const time = stoppedTime();
    api = await open();
    await api.value("it");
    tokens.answer = { status: 200, body: undefined, afterMs: 30 };
    time.pass(47_999);
    await api.value("it");
    expect(tokens.asked).toHaveLength(1);
    time.pass(1);
    expect(await api.value("it")).toEqual({ token: "Bearer short" });
    await expect.poll(() => api!.value("it")).toEqual({ token: "Bearer token-2" });
    expect(tokens.asked).toHaveLength(2);
  });

  test("that still holds is used although no new one can be had, which is not tried at every call", async () => {
    tokens.answer = { status: 200, body: { access_token: "short", expires_in: 60 } };
    const time = stoppedTime();
    api = await open();
    await api.value("it");
    tokens.answer = { status: 500, body: "" };
    time.pass(50_000);
    for (let round = 0; round < 5; round++) {
      expect(await api.value("it")).toEqual({ token: "Bearer short" });
      await expect.poll(() => tokens.asked.length).toBe(2);
    }
  });

  test("is waited for by others after the call that asked for it has given up", async () => {
    tokens.answer = { status: 200, body: undefined, afterMs: 60 };
    api = await open();
    const first = api.watch("it");
    const second = api.value("it");
    first.cancel();
    expect(await second).toEqual({ token: "Bearer token-1" });
    expect(first.told).toEqual([]);
    expect(tokens.asked).toHaveLength(1);
  });
});

describe("a token endpoint that fails", () => {
  async function failureWith(answer: TokenServer["answer"]): Promise<OrchestratorError> {
    tokens.answer = answer;
    api = await open();
    const error = await errorOf(api.reply("write"));
    expect(error.problem.wasSent).toBe(false);
    expect(seen).toEqual([]);
    expect(`${JSON.stringify(error.problem)} ${JSON.stringify(api.logged)}`).not.toMatch(
      /marked|127\.0\.0\.1/,
    );
    return error;
  }

  test("refuses: a code of its own, with the reason in the log", async () => {
    const error = await failureWith({
      status: 401,
      body: { error: "invalid_client", error_description: "marked" },
    });
    expect(error.code).toBe("SOURCE_TOKEN_REFUSED");
    expect(api!.logged[0]).toMatchObject({ reason: "no token could be had: it answered 401 invalid_client" });
  });

  test.each([
    ["no JSON", "<html>marked</html>"],
    ["no token", { token: "marked" }],
    ["a token that no header can hold", { access_token: "marked\nX: 1" }],
    ["a list", ["marked"]],
  ])("answers %s", async (_, body) => {
    expect((await failureWith({ status: 200, body })).code).toBe("SOURCE_TOKEN_REFUSED");
  });

  test("is broken", async () => {
    const error = await failureWith({ status: 500, body: "marked" });
    expect(error.code).toBe("SOURCE_FAILED");
    expect(error.problem.upstreamStatus).toBe(500);
  });

  test("rests, and says for how long", async () => {
    const error = await failureWith({ status: 503, body: "", headers: { "retry-after": "7" } });
    expect(error.code).toBe("SOURCE_UNAVAILABLE");
    expect(error.problem.retryAfterMs).toBe(7_000);
  });

  test("cannot be reached: nothing was sent, so even a write may be repeated", async () => {
    api = await open("", `${await closedPort()}/token`);
    const error = await errorOf(api.reply("write"));
    expect(error.code).toBe("SOURCE_UNREACHABLE");
    expect(error.problem.wasSent).toBe(false);
  });

  test("is asked again by the next call", async () => {
    await failureWith({ status: 500, body: "" });
    tokens.answer = { status: 200, body: undefined };
    expect(await api!.value("it")).toEqual({ token: "Bearer token-2" });
  });
});

test("calls that wait for a token when the source closes are told", async () => {
  tokens.answer = { status: 200, body: undefined, afterMs: 5_000 };
  api = await open();
  const call = api.watch("it");
  await pause(20);
  await api.source.close();
  expect(await call.ended).toMatchObject({ kind: "error", error: { code: "SOURCE_CANCELLED" } });
  const late = await errorOf(api.reply("it"));
  expect(late.code).toBe("SOURCE_CANCELLED");
});
