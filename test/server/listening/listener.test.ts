import { Agent, get } from "node:http";
import { connect } from "node:net";
import { afterEach, describe, expect, test, vi } from "vitest";
import { failure } from "../../../src/problems/orchestrator-error.js";
import { Listener } from "../../../src/server/listening/listener.js";
import { listenFailure } from "../../../src/server/listening/listen-failure.js";
import { listeningUrl } from "../../../src/server/listening/listening-url.js";
import { fakeService } from "../fake-service.js";
import { listLogger, startFake, type Started } from "../start-fake.js";

let started: Started | undefined;
afterEach(() => started?.stop());

const after = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const slow = (ms: number) => [
  { id: "slow.wait", path: "/wait", answer: async () => (await after(ms), { body: "x".repeat(10_000) }) },
];

/** One request on a connection that stays open. Answers the status and what the server says of the connection. */
function ask(agent: Agent): Promise<{ status: number; connection: string | undefined; length: number }> {
  return new Promise((resolve, reject) => {
    const request = get(`${started!.url}/orchestrator/wait`, { agent }, (response) => {
      let length = 0;
      response.on("data", (chunk: Buffer) => (length += chunk.length));
      response.on("end", () =>
        resolve({ status: response.statusCode!, connection: response.headers.connection, length }),
      );
      response.on("error", reject);
    });
    request.on("error", reject);
  });
}

describe("shutting down", () => {
  test("under load drops nothing", async () => {
    started = await startFake(fakeService(slow(5)));
    let answered = 0;
    const client = async () => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      for (;;) {
        const reply = await ask(agent);
        expect(reply).toMatchObject({ status: 200, length: 10_002 });
        answered++;
        if (reply.connection === "close") return;
      }
    };
    const clients = Promise.all(Array.from({ length: 20 }, client));
    await vi.waitUntil(() => answered > 40, { timeout: 10_000, interval: 5 });
    const [isComplete] = await Promise.all([started.stop(), clients]);
    expect(isComplete).toBe(true);
  });

  test("answers those whose connections waited to be accepted", async () => {
    started = await startFake(fakeService(slow(5)));
    const waiting = Promise.all(Array.from({ length: 50 }, () => ask(new Agent())));
    const [isComplete, replies] = await Promise.all([started.stop(), waiting]);
    expect(isComplete).toBe(true);
    expect(replies.map(({ status }) => status)).toEqual(Array.from({ length: 50 }, () => 200));
  });

  test("finishes what runs, takes nothing new, and closes idle connections", async () => {
    started = await startFake(fakeService(slow(300)));
    const idle = connect(started.port, "127.0.0.1");
    const isClosed = new Promise((resolve) => idle.once("close", resolve));
    const running = ask(new Agent({ keepAlive: true }));
    await after(100);
    const stopped = started.stop();
    await after(20);
    await expect(ask(new Agent())).rejects.toMatchObject({ code: "ECONNREFUSED" });
    expect(await running).toMatchObject({ status: 200, connection: "close" });
    expect(await stopped).toBe(true);
    await isClosed;
  });

  test("cuts off what takes longer than the timeout, and says so", async () => {
    const service = fakeService(slow(2_000), { server: { shutdownTimeoutMs: 200 } });
    started = await startFake(service);
    const running = ask(new Agent({ keepAlive: true }));
    running.catch(() => undefined);
    await after(100);
    expect(await started.stop()).toBe(false);
    await expect(running).rejects.toMatchObject({ code: "ECONNRESET" });
    await after(20);
    expect(service.cancelled).toEqual(["slow.wait"]);
  });

  test("can be asked for twice, and before anything listens", async () => {
    started = await startFake(fakeService(slow(0)));
    expect(await Promise.all([started.stop(), started.stop()])).toEqual([true, true]);
    expect(await new Listener({ logger: listLogger([]) }).stop(100)).toBe(true);
  });

  test("makes the service not ready, and closes connections after their reply", async () => {
    started = await startFake(fakeService(slow(300)));
    const socket = connect(started.port, "127.0.0.1");
    let text = "";
    socket.on("data", (chunk) => (text += chunk.toString()));
    socket.write("GET /orchestrator/wait HTTP/1.1\r\nhost: t\r\n\r\n");
    await after(50);
    const stopped = started.stop();
    socket.write("GET /readyz HTTP/1.1\r\nhost: t\r\n\r\n");
    await Promise.all([stopped, new Promise((resolve) => socket.once("close", resolve))]);
    expect(text).toContain("connection: close");
    expect(text).not.toContain('"ready"');
  });
});

describe("listening", () => {
  test("at a port that is taken says what to do", async () => {
    started = await startFake(fakeService(slow(0)));
    const { port } = started;
    const second = new Listener({ logger: listLogger([]) }).listen("127.0.0.1", port);
    await expect(second).rejects.toMatchObject({
      code: "PORT_IN_USE",
      message: `Port ${port} of 127.0.0.1 is in use by another program.`,
      hint: expect.stringContaining("--port"),
    });
  });

  test("at an address of another machine fails in words", async () => {
    const listening = new Listener({ logger: listLogger([]) }).listen("203.0.113.1", 0);
    await expect(listening).rejects.toMatchObject({ code: "ADDRESS_UNAVAILABLE" });
  });

  test.each([
    ["EACCES", "PORT_FORBIDDEN"],
    ["EADDRINUSE", "PORT_IN_USE"],
    ["ENOTFOUND", "ADDRESS_UNAVAILABLE"],
    ["EWHATEVER", "ADDRESS_UNAVAILABLE"],
  ])("%s is %s", (code, expected) => {
    const error = listenFailure(Object.assign(new Error(code), { code }), "example.invalid", 80);
    expect(error.code).toBe(expected);
    expect(error).toBeInstanceOf(failure("INTERNAL", {}).constructor);
  });

  test.each([
    ["0.0.0.0", "http://127.0.0.1:8000"],
    ["::", "http://[::1]:8000"],
    ["fe80::1", "http://[fe80::1]:8000"],
    ["10.1.2.3", "http://10.1.2.3:8000"],
  ])("at %s is reached at %s", (address, url) => {
    expect(listeningUrl({ address, port: 8000, family: "" })).toBe(url);
  });
});
