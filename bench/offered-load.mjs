// Offers requests at a rate, whether or not earlier ones are answered, and prints what became of them as JSON.
// Arguments: URL, requests a second, seconds, connections.
import { Pool } from "undici";

const [url, rate, seconds, connections] = [process.argv[2], ...process.argv.slice(3).map(Number)];
const { origin, pathname, search } = new URL(url);
const pool = new Pool(origin, { connections, pipelining: 1 });
const millisecondsByStatus = {};
let offered = 0;
let answered = 0;

class Asked {
  constructor() {
    this.startedMs = performance.now();
  }
  onConnect() {}
  onHeaders(status) {
    this.status = status;
    return true;
  }
  onData() {
    return true;
  }
  onComplete() {
    this.end(this.status);
  }
  onError(error) {
    this.end(error.code ?? error.message);
  }
  end(status) {
    answered += 1;
    (millisecondsByStatus[status] ??= []).push(performance.now() - this.startedMs);
  }
}

const startedMs = performance.now();
const timer = setInterval(() => {
  const passedMs = performance.now() - startedMs;
  if (passedMs >= seconds * 1000) return finish();
  for (const due = (passedMs / 1000) * rate; offered < due; offered++) {
    pool.dispatch({ method: "GET", path: pathname + search }, new Asked());
  }
}, 1);

function finish() {
  clearInterval(timer);
  // What was not answered until now is not counted as answered in time.
  const replies = Object.entries(millisecondsByStatus).map(([status, milliseconds]) => {
    milliseconds.sort((a, b) => a - b);
    const at = (part) =>
      milliseconds[Math.min(milliseconds.length - 1, Math.floor(milliseconds.length * part))];
    return { status, perSecond: milliseconds.length / seconds, p50: at(0.5), p99: at(0.99) };
  });
  console.log(JSON.stringify({ offered: offered / seconds, unanswered: offered - answered, replies }));
  process.exit(0);
}
