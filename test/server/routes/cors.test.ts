import { describe, expect, onTestFinished, test } from "vitest";
import { createApp } from "../../../src/index.js";
import { temporaryFolder } from "../../host/temporary-folder.js";

const origin = "https://shop.example";

async function start(cors: string) {
  const folder = temporaryFolder({
    "config/config.yaml": `server: { host: 127.0.0.1, port: 0, ${cors} }
admin: false
logging: { level: silent }
auth: { api_keys: {} }
`,
    "config/domains/shop.yaml": `endpoints:
  open: { response_headers: { vary: Accept }, response_mapping: 1 }
  closed: { auth: api_key, response_mapping: 1 }
  options: { method: OPTIONS, path: /shop/open, response_mapping: { own: true } }
`,
  });
  const app = await createApp({ workingFolder: folder });
  onTestFinished(async () => void (await app.close()));
  const url = await app.listen();
  return (path: string, headers: Readonly<Record<string, string>> = {}, method = "GET") =>
    fetch(`${url}${path}`, { headers, method });
}
const header = (reply: Response, name: string) => reply.headers.get(`access-control-${name}`);
const asked = { "access-control-request-method": "GET", "access-control-request-headers": "x-api-key" };

describe("pages of other origins", () => {
  test("may read replies where their origin is named, refusals too", async () => {
    const ask = await start(`cors: { allow_origins: ["${origin}"] }`);
    for (const [path, status] of [
      ["/orchestrator/shop/open", 200],
      ["/orchestrator/shop/closed", 401],
      ["/none", 404],
    ] as const) {
      const reply = await ask(path, { origin });
      expect(reply.status).toBe(status);
      expect(header(reply, "allow-origin")).toBe(origin);
      expect(header(reply, "allow-credentials")).toBeNull();
      expect(header(reply, "expose-headers")).toContain("x-execution-id");
    }
    const open = await ask("/orchestrator/shop/open", { origin });
    expect(open.headers.get("vary")).toBe("Accept, Origin");
  });

  test.each(["https://evil.example", "http://shop.example", "https://shop.example.evil.example", "null"])(
    "may not where it is %s",
    async (other) => {
      const ask = await start(`cors: { allow_origins: ["${origin}"] }`);
      for (const method of ["GET", "OPTIONS"]) {
        const reply = await ask(
          "/orchestrator/shop/open",
          { origin: other, ...(method === "OPTIONS" && asked) },
          method,
        );
        expect(header(reply, "allow-origin")).toBeNull();
        expect(header(reply, "allow-methods")).toBeNull();
        expect(reply.headers.get("vary")).toContain("Origin");
      }
    },
  );

  test("are answered beforehand, unasked who calls", async () => {
    const ask = await start(`cors: { allow_origins: ["${origin}"], allow_credentials: true }`);
    for (const path of ["/orchestrator/shop/closed", "/orchestrator/shop/open"]) {
      const reply = await ask(path, { origin, ...asked }, "OPTIONS");
      expect(reply.status).toBe(204);
      expect(header(reply, "allow-origin")).toBe(origin);
      expect(header(reply, "allow-methods")).toContain("DELETE");
      expect(header(reply, "allow-headers")).toBe("x-api-key");
      expect(header(reply, "allow-credentials")).toBe("true");
    }
    const own = await ask("/orchestrator/shop/open", { origin }, "OPTIONS");
    expect(await own.json()).toEqual({ own: true });
  });

  test("may all read with `*`; without `cors` none", async () => {
    const all = await (await start('cors: { allow_origins: ["*"] }'))("/orchestrator/shop/open", { origin });
    expect(header(all, "allow-origin")).toBe("*");
    const none = await (await start("body_limit: 1mb"))("/orchestrator/shop/open", { origin });
    expect(header(none, "allow-origin")).toBeNull();
    expect(none.headers.get("vary")).toBe("Accept");
  });
});
