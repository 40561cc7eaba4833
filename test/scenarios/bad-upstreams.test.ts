import type { Socket } from "node:net";
import { expect, test } from "vitest";
import { expectProblem } from "./expect-problem.js";
import { startProject } from "./project.js";
import { jsonAnswer, watchedUpstream, writeEndlessly } from "./watched-upstream.js";

const megabyte = 1024 * 1024;
const endless = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1073741824\r\n\r\n";
const chunked = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n";

/** What a broken upstream does with a request, and what the caller is told. */
const faults: readonly (readonly [string, (socket: Socket) => void, number, string])[] = [
  [
    "an error page",
    (socket) =>
      socket.end("HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n\r\n<html>secret-body at 10.0.0.7</html>"),
    502,
    "SOURCE_REPLY_INVALID",
  ],
  [
    "a failure with a stack trace",
    (socket) => socket.end("HTTP/1.1 500 Oops\r\ncontent-length: 25\r\n\r\nsecret-body: at main.c:12"),
    502,
    "SOURCE_FAILED",
  ],
  [
    "half a body",
    (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{"secret-body":'),
    502,
    "SOURCE_CONNECTION_LOST",
  ],
  [
    "half of the JSON",
    (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 15\r\n\r\n{"secret-body":'),
    502,
    "SOURCE_REPLY_INVALID",
  ],
  ["nothing", (socket) => socket.end(), 502, "SOURCE_CONNECTION_LOST"],
  [
    "a gigabyte",
    (socket) => {
      socket.write(endless);
      writeEndlessly(socket, Buffer.alloc(megabyte, " "), 1024 * megabyte);
    },
    502,
    "SOURCE_REPLY_TOO_LARGE",
  ],
  [
    "chunks without an end",
    (socket) => {
      socket.write(chunked);
      writeEndlessly(socket, Buffer.from(`10000\r\n${" ".repeat(65_536)}\r\n`), 1024 * megabyte);
    },
    502,
    "SOURCE_REPLY_TOO_LARGE",
  ],
  [
    "garbage",
    (socket) => socket.end("secret-body \u0000\u0001\u0002 SSH-2.0\r\n"),
    502,
    "SOURCE_REPLY_INVALID",
  ],
  ["a reset", (socket) => socket.resetAndDestroy(), 502, "SOURCE_CONNECTION_LOST"],
];

test.each(faults)("an upstream that answers %s", async (_, answer, status, code) => {
  const upstream = await watchedUpstream((socket, line) => {
    if (line.includes("/good")) socket.write(jsonAnswer({ ok: true }));
    else answer(socket);
  });
  const project = await startProject({
    "config/integrations/api_sources.yaml": `api:
  sources:
    secret_source:
      base_url: ${upstream.url}
      max_response: 2mb
      operations: { good: { path: /good }, bad: { path: /secret-path } }
`,
    "config/domains/shop.yaml": `endpoints:
  good: { data_sources: [{ name: thing, type: api, operation: good }] }
  bad: { data_sources: [{ name: secret_step, type: api, operation: bad }] }
`,
  });
  const secrets = ["secret", "main.c", "10.0.0.7", "SSH", String(upstream.port)];
  expectProblem(await project.send({ target: "/orchestrator/shop/bad" }), status, code, secrets);
  await expect.poll(upstream.openSockets, { timeout: 10_000 }).toBeLessThanOrEqual(1);
  expect(upstream.sentBytes()).toBeLessThan(64 * megabyte);
  const good = await project.send({ target: "/orchestrator/shop/good" });
  expect(good).toMatchObject({ status: 200, body: '{"ok":true}' });
});
