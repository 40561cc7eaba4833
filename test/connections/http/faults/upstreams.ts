import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { identity } from "../certificates.js";
import { closedPort, serve, serveSockets, serveText, serveTls, type LocalServer } from "../local-server.js";

/** An other side that misbehaves in one way. */
export interface Fault {
  readonly name: string;
  /** What it does, for the page. */
  readonly words: string;
  start(): Promise<Misbehaving>;
}

export interface Misbehaving {
  readonly url: string;
  /** More keys of the source, in flow style. */
  readonly keys?: string;
  /** Requests that reached it; `undefined` where none can. */
  readonly requests?: () => number;
  readonly server?: LocalServer;
}

const json = "Content-Type: application/json\r\n";
const megabyte = 1_048_576;

/** Writes these bytes to each request and then does `then`. */
function afterText(text: string, then: "reset" | "hang" | "end"): Fault["start"] {
  return counted((count) =>
    serveSockets((socket) => {
      count();
      socket.write(text, "latin1", () => {
        if (then === "end") socket.end();
        if (then === "reset") setTimeout(() => socket.resetAndDestroy(), 10);
      });
    }),
  );
}

/** Writes a text bit by bit, so slowly that it is not done when the time is over. */
function dripping(text: string): Fault["start"] {
  return counted((count) =>
    serveSockets((socket) => {
      count();
      let at = 0;
      const timer = setInterval(() => socket.write(text[at++ % text.length]!), 20);
      socket.on("close", () => clearInterval(timer));
    }),
  );
}

function answering(
  status: number,
  body: string | Buffer,
  headers: Record<string, string> = {},
): Fault["start"] {
  return counted((count) =>
    serve((_, response) => {
      count();
      response.writeHead(status, headers).end(body);
    }),
  );
}

function pouring(bytes: number): Fault["start"] {
  return counted((count) =>
    serve((_, response) => {
      count();
      let left = bytes;
      const blocks = function* () {
        for (; left > 0; left -= 65_536) yield Buffer.alloc(65_536, "x");
      };
      Readable.from(blocks()).pipe(response);
    }),
  );
}

function showing(certificate: "expired" | "elsewhere"): Fault["start"] {
  return async () => {
    const server = await serveTls(identity(certificate), (_, response) => response.end("{}"));
    return { url: server.url, server, keys: "tls: { ca_file: authority.pem }" };
  };
}

function counted(start: (count: () => void) => Promise<LocalServer>): Fault["start"] {
  return async () => {
    let requests = 0;
    const server = await start(() => requests++);
    return { url: server.url, server, requests: () => requests };
  };
}

const cut = gzipSync(Buffer.from(JSON.stringify({ text: "x".repeat(5_000) }))).subarray(0, 30);

/** Every way in which an API can fail, from the connection to the last byte. */
export const faults: readonly Fault[] = [
  { name: "refused", words: "nothing listens", start: async () => ({ url: await closedPort() }) },
  {
    name: "DNS failure",
    words: "its name does not exist",
    start: async () => ({ url: "http://no-such-host.invalid" }),
  },
  { name: "TLS expired", words: "its certificate has expired", start: showing("expired") },
  { name: "TLS wrong name", words: "its certificate is of another host", start: showing("elsewhere") },
  {
    name: "TLS not spoken",
    words: "it speaks no TLS",
    async start() {
      const server = await serveText("hello");
      return { url: server.url.replace("http:", "https:"), server };
    },
  },
  {
    name: "reset at once",
    words: "it resets the connection before its headers",
    start: afterText("", "reset"),
  },
  {
    name: "closed at once",
    words: "it closes the connection before its headers",
    start: afterText("", "end"),
  },
  {
    name: "reset in headers",
    words: "it resets the connection inside its headers",
    start: afterText("HTTP/1.1 200 OK\r\nContent-Ty", "reset"),
  },
  {
    name: "reset in body",
    words: "it resets the connection inside its body",
    start: afterText(`HTTP/1.1 200 OK\r\n${json}Content-Length: 100\r\n\r\n{"half":`, "reset"),
  },
  {
    name: "wrong length",
    words: "its body ends before its `Content-Length`",
    start: afterText(`HTTP/1.1 200 OK\r\n${json}Content-Length: 100\r\n\r\n{"half":1}`, "end"),
  },
  { name: "hang", words: "it takes the request and never answers", start: afterText("", "hang") },
  {
    name: "slow headers",
    words: "its headers come a letter at a time",
    start: dripping("HTTP/1.1 200 OK\r\nX-A: aaaa"),
  },
  {
    name: "slow body",
    words: "its body comes a letter at a time",
    start: counted((count) =>
      serve((_, response) => {
        count();
        response.writeHead(200, { "content-length": "10000" });
        const timer = setInterval(() => response.write(" "), 20);
        response.on("close", () => clearInterval(timer));
      }),
    ),
  },
  { name: "400", words: "it answers 400", start: answering(400, "marked-body") },
  { name: "401", words: "it answers 401", start: answering(401, "marked-body") },
  { name: "404", words: "it answers 404", start: answering(404, "marked-body") },
  { name: "429", words: "it answers 429", start: answering(429, "marked-body") },
  { name: "500", words: "it answers 500", start: answering(500, "marked-body") },
  { name: "502", words: "it answers 502", start: answering(502, "marked-body") },
  { name: "503", words: "it answers 503", start: answering(503, "marked-body") },
  {
    name: "503 for an hour",
    words: "it answers 503 with `Retry-After: 3600`",
    start: answering(503, "marked-body", { "retry-after": "3600" }),
  },
  {
    name: "truncated gzip",
    words: "its gzip body is cut off",
    start: answering(200, cut, { "content-encoding": "gzip" }),
  },
  {
    name: "no gzip",
    words: "its body is not gzip, as it says",
    start: answering(200, "{}", { "content-encoding": "gzip" }),
  },
  {
    name: "gzip bomb",
    words: "its gzip body unfolds to 200 MB",
    start: answering(200, gzipSync(Buffer.alloc(200 * megabyte)), { "content-encoding": "gzip" }),
  },
  { name: "invalid JSON", words: "its body is not JSON", start: answering(200, '{"marked-body":') },
  {
    name: "HTML",
    words: "it answers 200 with a page of HTML",
    start: answering(200, "<html>marked-body</html>", { "content-type": "text/html" }),
  },
  {
    name: "not HTTP",
    words: "it speaks another protocol",
    start: afterText("SSH-2.0-OpenSSH\r\n\r\n", "end"),
  },
  {
    name: "huge headers",
    words: "its headers are larger than 64 kB",
    start: afterText(`HTTP/1.1 200 OK\r\nX-Huge: ${"x".repeat(100_000)}\r\n\r\n`, "hang"),
  },
  { name: "200 MB body", words: "its body has 200 MB", start: pouring(200 * megabyte) },
  { name: "endless body", words: "its body never ends", start: pouring(Infinity) },
  {
    name: "redirect loop",
    words: "it redirects in a circle",
    start: answering(302, "", { location: "/again" }),
  },
  {
    name: "redirect elsewhere",
    words: "it redirects to another origin",
    start: answering(302, "", { location: "http://127.0.0.1:9/" }),
  },
];
