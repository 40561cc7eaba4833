import { constants } from "node:http2";
import { afterEach, expect, test } from "vitest";
import type { Question } from "../../../src/sources/ml/backend.js";
import { modelOf } from "../../../src/sources/ml/model.js";
import { settingsSchema } from "../../../src/sources/ml/settings.js";
import { identity, pem } from "../../connections/http/certificates.js";
import { backendOf, predicted, serve, stop, stopServer, told } from "./grpc-server.js";
import { mlProject, type MlProject } from "./ml-project.js";

let project: MlProject | undefined;

afterEach(async () => {
  await project?.close();
  project = undefined;
  await stop();
});

const ask: Question = { kind: "tensors", tensors: { x: { data: [1] } }, parameters: {} };

test("the deadline and the headers go with the question, over one connection", async () => {
  const { url, asked, sessions: open } = await serve(() => ({ code: 5, words: "no such model: é" }));
  project = mlProject({
    source: `protocol: open_inference\ntransport: grpc\nbase_url: ${url}\nheaders: { X-Team: shop }\ntimeout: 2s`,
    endpoints:
      "it: { path: /it, data_sources: [{ name: it, type: ml, params: { tensors: { x: { data: [1] } } } }] }",
  });
  expect(project.problems).toEqual([]);
  const { app } = await project.open();
  const replies = await Promise.all([1, 2, 3].map(() => app.inject({ url: "/orchestrator/it" })));
  expect(replies.map((reply) => [reply.statusCode, reply.json()["code"]])).toEqual(
    Array.from({ length: 3 }, () => [502, "MODEL_NOT_FOUND"]),
  );
  expect(project.log).toContainEqual(expect.objectContaining({ reason: "no such model: é" }));
  expect(asked[0]!.headers).toMatchObject({
    "x-team": "shop",
    te: "trailers",
    "content-type": "application/grpc",
  });
  expect(String(asked[0]!.headers["grpc-timeout"])).toMatch(/^\d+m$/);
  expect(open.size).toBe(1);
});

test("over TLS, each side with its certificate", async () => {
  const secure = {
    ...identity("good"),
    ca: pem("authority.pem"),
    requestCert: true,
    rejectUnauthorized: true,
  };
  const { url } = await serve(() => ({ code: 8 }), secure);
  const asked = async (more: string) => {
    project = mlProject({
      source: `protocol: open_inference\ntransport: grpc\nbase_url: ${url}\n${more}`,
      endpoints:
        "it: { path: /it, data_sources: [{ name: it, type: ml, params: { tensors: { x: { data: [1] } } } }] }",
      files: Object.fromEntries(
        ["authority.pem", "client.pem", "client.key"].map((name) => [name, pem(name)]),
      ),
    });
    expect(project.problems).toEqual([]);
    const { app } = await project.open();
    const { code } = (await app.inject({ url: "/orchestrator/it" })).json<{ code: string }>();
    await project.close();
    project = undefined;
    return code;
  };
  const trusting = "tls: { ca_file: authority.pem }";
  const known = "auth: { type: mtls, cert_file: client.pem, key_file: client.key }";
  expect(await asked(`${trusting}\n${known}`)).toBe("MODEL_OVERLOADED");
  expect(await asked(known)).toBe("SOURCE_UNREACHABLE");
  expect(await asked(trusting)).toMatch(/^SOURCE_(UNREACHABLE|CONNECTION_LOST)$/);
});

test("where nothing listens, and after the connection was lost", async () => {
  const { url, sessions } = await serve(() => ({ code: 0, message: Buffer.alloc(0), afterMs: 200 }));
  const backend = backendOf(url, { name: "m" });
  const model = modelOf("m", settingsSchema.empty(), undefined);
  const lost = told(() => predicted(backend, ask, model));
  setTimeout(() => sessions.forEach((session) => session.destroy()), 60);
  expect(await lost).toBe("SOURCE_CONNECTION_LOST");
  expect(await told(() => predicted(backend, ask, model))).toBe("MODEL_BAD_RESPONSE");
  await stopServer();
  await new Promise((noticed) => setTimeout(noticed, 50));
  expect(await told(() => predicted(backend, ask, model))).toBe("SOURCE_UNREACHABLE");
});

test.each([
  ["an error page of a proxy", { code: 0, httpStatus: 502 }, "SOURCE_REPLY_INVALID"],
  ["no status at all", { code: 0, httpStatus: 200 }, "SOURCE_CONNECTION_LOST"],
  ["a compressed message", { code: 0, body: Buffer.from([1, 0, 0, 0, 1, 0]) }, "SOURCE_REPLY_INVALID"],
  ["half a message", { code: 0, body: Buffer.from([0, 0, 0, 0, 9, 0]) }, "SOURCE_REPLY_INVALID"],
  ["no message", { code: 0, body: Buffer.alloc(0) }, "SOURCE_REPLY_INVALID"],
  ["two messages", { code: 0, body: Buffer.alloc(10) }, "SOURCE_REPLY_INVALID"],
  [
    "too large a message",
    { code: 0, message: Buffer.alloc(32 * 1_024 * 1_024 + 1) },
    "SOURCE_REPLY_TOO_LARGE",
  ],
  ["what is no message", { code: 0, message: Buffer.from([0x0a, 0x7f]) }, "MODEL_BAD_RESPONSE"],
  ["no outputs", { code: 0, message: Buffer.alloc(0) }, "MODEL_BAD_RESPONSE"],
])("an answer that is %s", async (_, reply, code) => {
  const { url } = await serve(() => reply);
  const model = modelOf("m", settingsSchema.empty(), undefined);
  expect(await told(() => predicted(backendOf(url, { name: "m" }), ask, model))).toBe(code);
});

test("what is asked while the source closes, and after", async () => {
  const { url } = await serve(() => ({ code: 0, afterMs: 200 }));
  const backend = backendOf(url, { name: "m" });
  const model = modelOf("m", settingsSchema.empty(), undefined);
  const asked = told(() => predicted(backend, ask, model));
  const closed = stop();
  expect(await asked).toBe("SOURCE_CANCELLED");
  await closed;
  expect(await told(() => predicted(backend, ask, model))).toBe("SOURCE_CANCELLED");
});

test("a server that says goodbye is asked over a new connection", async () => {
  const { url, sessions: open } = await serve(() => ({ code: 5 }));
  const backend = backendOf(url, { name: "m" });
  const model = modelOf("m", settingsSchema.empty(), undefined);
  expect(await told(() => predicted(backend, ask, model))).toBe("MODEL_NOT_FOUND");
  for (const session of open) session.close();
  await new Promise((noticed) => setTimeout(noticed, 50));
  expect(await told(() => predicted(backend, ask, model))).toBe("MODEL_NOT_FOUND");
  expect(open.size).toBe(2);
});

test("a question that is given up ends its stream and tells nothing", async () => {
  const { url, closed } = await serve(() => ({ code: 0, message: Buffer.alloc(0), afterMs: 100 }));
  const backend = backendOf(url, { name: "m" });
  const outcomes: string[] = [];
  const call = backend.predict(
    ask,
    { deadlineMs: Infinity },
    {
      succeed: () => outcomes.push("succeeded"),
      fail: ({ code }) => outcomes.push(code),
    },
  );
  await new Promise((later) => setTimeout(later, 40));
  call.cancel();
  await new Promise((later) => setTimeout(later, 150));
  expect(outcomes).toEqual([]);
  expect(closed).toEqual([constants.NGHTTP2_CANCEL]);
});
