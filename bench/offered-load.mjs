// Offers requests at a rate, whether or not earlier ones are answered, and prints what became of them as JSON.
// Arguments: URL, requests a second or `all` that the connections can carry, seconds, connections. Sockets and no HTTP
// client: to offer much must cost little, for the API that the service asks shares this core.
import { connect } from "node:net";

const [url, wanted] = process.argv.slice(2);
const [seconds, connections] = process.argv.slice(4).map(Number);
const isAll = wanted === "all";
const { hostname, port, host, pathname, search } = new URL(url);
const request = Buffer.from(`GET ${pathname + search} HTTP/1.1\r\nhost: ${host}\r\n\r\n`);
let millisecondsByStatus = {};
const idle = [];
const waiting = [];
let offered = 0;
let answered = 0;

/** One connection, one request at a time; a reply has a content-length, or is in chunks that end in one of size 0. */
class Caller {
  constructor() {
    this.open();
  }

  open() {
    this.received = "";
    this.dueMs = undefined;
    this.socket = connect(Number(port), hostname, () => this.ask(performance.now()));
    this.socket.setNoDelay(true).setEncoding("latin1");
    this.socket.on("data", (text) => this.read(text));
    this.socket.on("error", ({ code }) => this.end(code));
    this.socket.on("close", () => {
      this.end("closed");
      if (idle.includes(this)) idle.splice(idle.indexOf(this), 1);
      setTimeout(() => this.open(), 10);
    });
  }

  ask(dueMs) {
    this.dueMs = dueMs;
    this.socket.write(request);
  }

  read(text) {
    this.received += text;
    if (!isWhole(this.received)) return;
    const status = this.received.slice(9, 12);
    this.received = "";
    this.end(status);
    this.rest();
  }

  end(status) {
    if (this.dueMs === undefined) return;
    answered += 1;
    (millisecondsByStatus[status] ??= []).push(performance.now() - this.dueMs);
    this.dueMs = undefined;
  }

  rest() {
    if (startedMs === undefined) return ready();
    if (isAll) this.ask(performance.now());
    else if (nextWaiting < waiting.length) this.ask(waiting[nextWaiting++]);
    else idle.push(this);
  }
}

function isWhole(reply) {
  const end = reply.indexOf("\r\n\r\n");
  if (end === -1) return false;
  const length = /\r\ncontent-length: (\d+)/i.exec(reply)?.[1];
  return length === undefined ? reply.endsWith("0\r\n\r\n") : reply.length >= end + 4 + Number(length);
}

let nextWaiting = 0;
let unready = connections;
let startedMs;
let timer;
const callers = Array.from({ length: connections }, () => new Caller());

/** The clock starts when each connection has had one reply: how quickly many of them are accepted is another question. */
function ready() {
  unready -= 1;
  if (unready > 0) return;
  millisecondsByStatus = {};
  answered = 0;
  startedMs = performance.now();
  timer = setInterval(offer, 1);
  for (const caller of callers) caller.rest();
}

function offer() {
  const nowMs = performance.now();
  const passedMs = nowMs - startedMs;
  if (passedMs >= seconds * 1000) return finish();
  if (isAll) return;
  for (const due = (passedMs / 1000) * Number(wanted); offered < due; offered++) {
    const caller = idle.pop();
    if (caller === undefined) waiting.push(nowMs);
    else caller.ask(nowMs);
  }
}

function finish() {
  clearInterval(timer);
  // What was not answered until now is not counted as answered in time.
  const replies = Object.entries(millisecondsByStatus).map(([status, milliseconds]) => {
    milliseconds.sort((a, b) => a - b);
    const at = (part) =>
      milliseconds[Math.min(milliseconds.length - 1, Math.floor(milliseconds.length * part))];
    return { status, perSecond: milliseconds.length / seconds, p50: at(0.5), p99: at(0.99) };
  });
  console.log(
    JSON.stringify({
      offered: (isAll ? answered : offered) / seconds,
      unanswered: isAll ? 0 : offered - answered,
      replies,
    }),
  );
  process.exit(0);
}
