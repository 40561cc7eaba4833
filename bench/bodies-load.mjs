// Load of many different bodies on one URL, in a process of its own: a job as JSON on the standard input, what came of
// it on the standard output. Each connection begins with another body, so that no two ask the same at once.
// The rate is that after the first reply of each. It ends after so many requests, all answered: what was left behind would keep a slow server busy during the next load.
import { text } from "node:stream/consumers";
import autocannon from "autocannon";

const { url, bodies, connections, amount } = JSON.parse(await text(process.stdin));
const requests = bodies.map((body) => ({
  method: "POST",
  body,
  headers: { "content-type": "application/json" },
}));
let clients = 0;
let replies = 0;
let startedMs;
let lastReplyMs;
const run = autocannon({
  ...{ url, connections, amount, requests },
  setupClient(client) {
    const first = (clients++ * 5) % requests.length;
    client.setRequests([...requests.slice(first), ...requests.slice(0, first)]);
  },
});
run.on("response", () => {
  lastReplyMs = performance.now();
  if (++replies === connections) startedMs = lastReplyMs;
});
const { non2xx, errors } = await run;
const perSecond = ((replies - connections) * 1_000) / (lastReplyMs - startedMs);
console.log(JSON.stringify({ perSecond, replies, non2xx, errors }));
