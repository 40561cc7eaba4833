// Requests one by one on one connection, at a modest rate, to several targets in turn: a job as JSON on the standard input,
// for each target the times of its replies on the standard output, in microseconds. What waits for others is not in them.
// What fails is asked again once: servers end connections.
import { Agent, request } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { text } from "node:stream/consumers";

const { targets, requests, pauseMs } = JSON.parse(await text(process.stdin));
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const times = targets.map(() => []);
const warmUps = Math.ceil(requests / 4);
for (let number = -warmUps; number < requests; number++) {
  for (const [index, { url, bodies }] of targets.entries()) {
    const body = bodies[(number + warmUps) % bodies.length];
    const took = await ask(url, body).catch(() => ask(url, body));
    if (number >= 0) times[index].push(took);
    if (pauseMs > 0) await pause(pauseMs);
  }
}
agent.destroy();
console.log(JSON.stringify(times.map(summary)));

function ask(url, body) {
  const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const started = process.hrtime.bigint();
    const sent = request(url, { method: "POST", agent, headers }, (reply) => {
      reply.resume().once("end", () => {
        if (reply.statusCode === 200) resolve(Number(process.hrtime.bigint() - started) / 1_000);
        else reject(new Error(`${url}: ${reply.statusCode}`));
      });
    });
    sent.once("error", reject).end(body);
  });
}

function summary(microseconds) {
  const sorted = microseconds.sort((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  return { p50: at(0.5), p99: at(0.99) };
}
