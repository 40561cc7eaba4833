import type { FastifyInstance } from "fastify";
import { afterEach, describe, expect, test } from "vitest";
import type { Plugin } from "../../src/server/build-server.js";
import { fakeService } from "./fake-service.js";
import { startFake, type Started } from "./start-fake.js";

let started: Started | undefined;
afterEach(() => started?.stop());

const endpoints = [
  { id: "customers.get_one", path: "/customers/{customer_id}" },
  { id: "customers.create", method: "POST" as const, path: "/customers", body: {} },
];
const serve = async (...plugins: Plugin[]) =>
  (started = await startFake(fakeService(endpoints), { plugins }));
const ask = (path: string, init?: RequestInit) => fetch(started!.url + path, init);

/** What `fastify-plugin` does: hooks then hold for everything, not only for the plug-in's own routes. */
function forAll(plugin: Plugin): Plugin {
  return Object.assign(plugin, { [Symbol.for("skip-override")]: true });
}

describe("plug-ins", () => {
  test("add routes of their own, which read JSON as Fastify does", async () => {
    await serve(async (app: FastifyInstance) => {
      app.post("/hello", (request) => ({ got: request.body }));
    });
    const init = { method: "POST", headers: { "content-type": "application/json" }, body: '{"a":1}' };
    const reply = await ask("/hello", init);
    expect(await reply.json()).toEqual({ got: { a: 1 } });
    expect(reply.headers.get("x-content-type-options")).toBe("nosniff");
  });

  test("add hooks that hold for the configured endpoints too", async () => {
    await serve(
      forAll(async (app: FastifyInstance) => {
        app.addHook("onRequest", async (request, reply) => {
          if (request.headers["x-let-me-in"] === undefined) return reply.code(401).send({ error: "no" });
        });
        app.addHook("onSend", async (_request, reply) => void reply.header("x-seen", "yes"));
      }),
    );
    expect((await ask("/orchestrator/customers/7")).status).toBe(401);
    const reply = await ask("/orchestrator/customers/7", { headers: { "x-let-me-in": "1" } });
    expect(reply.status).toBe(200);
    expect(reply.headers.get("x-seen")).toBe("yes");
  });

  test("speak of errors as the service does", async () => {
    await serve(async (app: FastifyInstance) => {
      app.get("/teapot", () => {
        throw Object.assign(new Error("I am a teapot."), { statusCode: 418 });
      });
      app.get("/broken", () => {
        throw new Error("hunter2");
      });
      app.get("/strict", { schema: { querystring: { type: "object", required: ["a"] } } }, () => "ok");
      app.post("/json", () => "ok");
    });
    expect(await (await ask("/teapot")).json()).toMatchObject({
      status: 418,
      code: "REJECTED",
      detail: "I am a teapot.",
    });
    const broken = await (await ask("/broken")).text();
    expect(broken).toContain("INTERNAL");
    expect(broken).not.toContain("hunter2");
    expect(await (await ask("/strict")).json()).toMatchObject({
      status: 400,
      errors: [{ pointer: "/query" }],
    });
    const headers = { "content-type": "application/json" };
    expect(await (await ask("/json", { method: "POST", headers, body: "{" })).json()).toMatchObject({
      status: 400,
    });
  });

  test.each([
    ["GET", "/orchestrator/customers/:id", 'the endpoint "customers.get_one"'],
    ["POST", "/orchestrator/customers", 'the endpoint "customers.create"'],
    ["GET", "/health", "the service itself"],
    ["GET", "/docs", "the service itself"],
  ] as const)("cannot take the route %s %s", async (method, url, owner) => {
    const plugin = async (app: FastifyInstance) => void app.route({ method, url, handler: () => "mine" });
    await expect(serve(plugin)).rejects.toMatchObject({
      code: "PLUGIN_ROUTE_TAKEN",
      message: expect.stringContaining(owner),
    });
  });

  test("may have another method of a configured path", async () => {
    await serve(async (app: FastifyInstance) => void app.put("/orchestrator/customers", () => "mine"));
    expect(await (await ask("/orchestrator/customers", { method: "PUT" })).text()).toBe("mine");
    const refused = await ask("/orchestrator/customers", { method: "DELETE" });
    expect(refused.headers.get("allow")).toBe("POST, PUT");
  });

  test("that fail keep their own error", async () => {
    const failing = serve(async () => {
      throw new Error("no database");
    });
    await expect(failing).rejects.toThrow("no database");
  });
});
