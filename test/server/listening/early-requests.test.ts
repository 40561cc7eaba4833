import { createServer } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { watchEarlyRequests } from "../../../src/server/listening/early-requests.js";

const get = "GET /a?b=1 HTTP/1.1\r\nHost: t\r\n\r\n";
const early = ["early /a?b=1"];
const parsed = ["parsed GET /a?b=1 "];

/** A server that answers all it may early; says who answered what, in order, after a first request. */
async function answersTo(chunks: readonly string[], ask = get): Promise<string[]> {
  const answered: string[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (data: Buffer) => (body += data.toString()));
    request.on("end", () => {
      answered.push(`parsed ${request.method} ${request.url} ${body}`);
      response.end("parsed");
    });
  });
  server.on("connection", (socket) =>
    watchEarlyRequests(socket, ({ target }) => {
      answered.push(`early ${target}`);
      socket.write("HTTP/1.1 503 Service Unavailable\r\ncontent-length: 5\r\n\r\nearly");
      return true;
    }),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close().closeAllConnections());
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1").setNoDelay(true);
  let received = "";
  socket.on("data", (data) => (received += data.toString()));
  socket.on("error", () => undefined);
  for (const chunk of [ask, ...chunks]) {
    socket.write(chunk, "latin1");
    await pause(30);
  }
  const replies = received.match(/HTTP\/1\.1 [25]/g)?.length ?? 0;
  expect(replies, "as many replies as requests").toBe(answered.length);
  return answered;
}

test("the first request of a connection is the parser's, those after it may be answered early", async () => {
  expect(await answersTo([get, get])).toEqual([...parsed, ...early, ...early]);
});

test.each<[string, string[], string[]]>([
  ["a body in the same chunk", [get.replace("\r\n\r\n", "\r\ncontent-length: 3\r\n\r\nabc")], early],
  ["connection: keep-alive", [get.replace("\r\n\r\n", "\r\nConnection: keep-alive\r\n\r\n")], early],
])("%s is answered early", async (_name, chunks, expected) => {
  expect(await answersTo(chunks)).toEqual([...parsed, ...expected]);
});

const post = (headers: string, body = "") => `POST /p HTTP/1.1\r\nHost: t\r\n${headers}\r\n${body}`;

test.each<[string, string[], string[]]>([
  ["HEAD", ["HEAD /h HTTP/1.1\r\nHost: t\r\n\r\n"], ["parsed HEAD /h "]],
  ["a body that comes later", [post(`Content-Length: ${get.length}\r\n`), get], [`parsed POST /p ${get}`]],
  [
    "a body in chunks",
    [post("Transfer-Encoding: chunked\r\n", `${get.length.toString(16)}\r\n${get}\r\n0\r\n\r\n`)],
    [`parsed POST /p ${get}`],
  ],
  ["two requests at once", [get + get], [...parsed, ...parsed]],
  ["a request in two chunks", [get.slice(0, 20), get.slice(20)], parsed],
  [
    "a body that looks like a request after what is shorter than it says",
    [post(`Content-Length: ${7 + get.length}\r\n`, "1234567"), get],
    [`parsed POST /p 1234567${get}`],
  ],
])("%s is left to the parser, and so is all that follows", async (_name, chunks, expected) => {
  expect(await answersTo([...chunks, get])).toEqual([
    ...parsed,
    ...expected,
    ...(expected[0]!.startsWith("parsed HEAD") ? early : parsed),
  ]);
});

test.each([
  ["two lengths", post(`Content-Length: 0\r\nContent-Length: ${get.length}\r\n`)],
  ["a length in words", post("Content-Length: 0, 0\r\n")],
  ["a space before the colon", post(`Content-Length : ${get.length}\r\n`)],
  ["a folded line", post(`X: 1\r\n Content-Length: ${get.length}\r\n`)],
  ["a line that ends in half", post(`X: 1\nContent-Length: ${get.length}\r\n`)],
  ["another protocol", "GET / HTTP/2.0\r\n\r\n"],
  ["an upgrade", get.replace("\r\n\r\n", "\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n")],
  ["the last of a connection", get.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n")],
  ["what waits for 100", post(`Expect: 100-continue\r\nContent-Length: ${get.length}\r\n`)],
  ["what is very long", get.replace("/a", `/${"a".repeat(17_000)}`)],
])("%s is never answered early, nor what follows it", async (_name, chunk) => {
  const answered = await answersTo([chunk, get]);
  expect(answered.filter((answer) => answer.startsWith("early"))).toEqual([]);
});
