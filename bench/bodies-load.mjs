// Load of many different bodies on one URL, in a process of its own: a job as JSON on the standard input, the result of
// `autocannon` on the standard output. Each connection begins with another body, so that no two ask the same at once.
// It ends after so many requests, all answered: what was left behind would keep a slow server busy during the next load.
import { text } from "node:stream/consumers";
import autocannon from "autocannon";

const { url, bodies, connections, amount } = JSON.parse(await text(process.stdin));
const requests = bodies.map((body) => ({
  method: "POST",
  body,
  headers: { "content-type": "application/json" },
}));
let clients = 0;
const result = await autocannon({
  ...{ url, connections, amount, requests },
  setupClient(client) {
    const first = (clients++ * 5) % requests.length;
    client.setRequests([...requests.slice(first), ...requests.slice(0, first)]);
  },
});
console.log(JSON.stringify(result));
