import { Agent, request as askHttp } from "node:http";
import { connect } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { holding, startReloadable } from "./reloadable-project.js";

const limited = (limits: string) => ({
  "config/config.yaml": `server: { host: 127.0.0.1, port: 0, overload: ${limits} }\nadmin: false\n`,
});

test("what comes beyond max_in_flight is refused at once, probes never, and the next one is served again", async () => {
  const { plugin, release, waiting } = holding();
  const project = await startReloadable(limited("{ max_in_flight: 2 }"), [plugin]);
  onTestFinished(release);
  const held = [fetch(`${project.url}/hold`), fetch(`${project.url}/hold`)];
  await expect.poll(waiting).toBe(2);
  const refused = await fetch(`${project.url}/orchestrator/both`);
  expect(refused.status).toBe(503);
  expect(refused.headers.get("retry-after")).toBe("1");
  expect(refused.headers.get("content-type")).toBe("application/problem+json; charset=utf-8");
  expect(await refused.json()).toEqual({
    type: "urn:orchestrator-api:problem:SERVICE_OVERLOADED",
    title: "Service Unavailable",
    status: 503,
    detail: "The service is too busy at the moment. Try again in a moment.",
    code: "SERVICE_OVERLOADED",
  });
  for (const path of ["/health", "/livez", "/readyz", "/livez?from=probe"]) {
    expect((await fetch(`${project.url}${path}`)).status, path).toBe(200);
  }
  const upload = await fetch(`${project.url}/orchestrator/both`, {
    method: "POST",
    body: "x".repeat(100_000),
  });
  expect(upload.status).toBe(503);
  release();
  for (const reply of await Promise.all(held)) expect(reply.status).toBe(200);
  expect((await project.get("/orchestrator/both")).status).toBe(200);
  const lines = project.lines.filter(({ msg }) => String(msg).startsWith("Overloaded"));
  expect(lines, "one line in ten seconds").toHaveLength(1);
  expect(lines[0]).toMatchObject({ reason: "in_flight" });
});

test("while the event loop stays late all is refused, and not for longer", async () => {
  const project = await startReloadable(limited("{ max_event_loop_delay: 50ms }"));
  const status = async () => (await project.get("/orchestrator/both")).status;
  expect(await status()).toBe(200);
  const busy = setInterval(() => keepBusy(100), 30);
  onTestFinished(() => clearInterval(busy));
  await expect.poll(status, { timeout: 10_000 }).toBe(503);
  expect((await fetch(`${project.url}/livez`)).status).toBe(200);
  clearInterval(busy);
  await expect.poll(status, { timeout: 10_000 }).toBe(200);
});

test("one long piece of work alone refuses nobody", async () => {
  const project = await startReloadable(limited("{ max_event_loop_delay: 50ms }"));
  await pause(100);
  const asking = pause(1).then(() => project.get("/orchestrator/both"));
  keepBusy(400);
  expect((await asking).status).toBe(200);
});

test("a connection that was refused once is refused again with the same words, and served when there is room", async () => {
  const { plugin, release, waiting } = holding();
  const project = await startReloadable(limited("{ max_in_flight: 1 }"), [plugin]);
  onTestFinished(release);
  const held = fetch(`${project.url}/hold`);
  await expect.poll(waiting).toBe(1);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => agent.destroy());
  const ask = (path = "/orchestrator/both", method = "GET") => request(project.url + path, agent, method);
  const first = await ask();
  expect(first).toMatchObject({ status: 503, retryAfter: "1" });
  expect([await ask(), await ask()]).toEqual([first, first]);
  expect(await ask("/livez")).toMatchObject({ status: 200 });
  expect(await ask("/orchestrator/both", "HEAD")).toMatchObject({ status: 503, body: "" });
  expect(await ask()).toEqual(first);
  release();
  expect((await held).status).toBe(200);
  await expect.poll(async () => (await ask()).status).toBe(200);
});

test("a request behind one that is at work on its connection is answered after it", async () => {
  const { plugin, release, waiting } = holding();
  const project = await startReloadable(limited("{ max_in_flight: 1 }"), [plugin]);
  onTestFinished(release);
  const { hostname, port } = new URL(project.url);
  const socket = connect(Number(port), hostname);
  onTestFinished(() => void socket.destroy());
  let received = "";
  socket.on("data", (data) => (received += data.toString()));
  socket.write("GET /hold HTTP/1.1\r\nhost: t\r\n\r\n");
  await expect.poll(waiting).toBe(1);
  socket.write("GET /orchestrator/both HTTP/1.1\r\nhost: t\r\n\r\n");
  await pause(50);
  expect(received).toBe("");
  release();
  await expect.poll(() => received.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 200", "HTTP/1.1 503"]);
});

function request(url: string, agent: Agent, method: string) {
  return new Promise<{ status: number; retryAfter: string | undefined; body: string }>((resolve, reject) => {
    const asked = askHttp(url, { agent, method }, (response) => {
      const { statusCode: status = 0, headers } = response;
      let body = "";
      response.on("data", (data: Buffer) => (body += data.toString()));
      response.on("end", () => resolve({ status, retryAfter: headers["retry-after"], body }));
    });
    asked.once("error", reject).end();
  });
}

function keepBusy(durationMs: number): void {
  const untilMs = performance.now() + durationMs;
  while (performance.now() < untilMs);
}

test("the limits follow a reload, and requests of the configuration before count", async () => {
  const { plugin, release, waiting } = holding();
  const project = await startReloadable(limited("{ max_in_flight: 100 }"), [plugin]);
  const held = fetch(`${project.url}/hold`);
  await expect.poll(waiting).toBe(1);
  writeFileSync(
    join(project.folder, "config/config.yaml"),
    limited("{ max_in_flight: 1 }")["config/config.yaml"],
  );
  expect((await project.app.reload()).status).toBe("reloaded");
  expect((await project.get("/orchestrator/both")).status).toBe(503);
  release();
  expect((await held).status).toBe(200);
  await expect.poll(async () => (await project.get("/orchestrator/both")).status).toBe(200);
});
