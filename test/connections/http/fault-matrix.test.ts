import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pino } from "pino";
import { describe, expect, onTestFinished, test } from "vitest";
import { createApp, type AppOptions } from "../../../src/server/app.js";
import { temporaryFolder } from "../../host/temporary-folder.js";
import { exchange, type Reply } from "../../scenarios/project.js";
import { pem } from "./certificates.js";
import { expected } from "./faults/expected.js";
import { faultsPage } from "./faults/page.js";
import { faults, type Misbehaving } from "./faults/upstreams.js";

/** One each for the read and the write; a call that is given up has its connection replaced at once. */
const mostIdle = 2;

describe("an API that misbehaves", () => {
  test.each(faults.map((fault) => [fault.name, fault] as const))("%s", async (name, fault) => {
    const outcome = expected[name]!;
    const upstream = await fault.start();
    onTestFinished(() => upstream.server?.close());
    const service = await serviceOf(upstream);

    const read = await service.send("GET");
    expect([read.status, codeOf(read)]).toEqual([outcome.status, outcome.code]);
    if (upstream.requests) expect(upstream.requests()).toBe(outcome.attempts.read);

    const write = await service.send("POST");
    const isUnknown = outcome.code === "SOURCE_TIMED_OUT";
    expect([write.status, codeOf(write)]).toEqual([
      outcome.status,
      isUnknown ? "WRITE_OUTCOME_UNKNOWN" : outcome.code,
    ]);
    if (upstream.requests) {
      expect(upstream.requests()).toBe(Number(outcome.attempts.read) + Number(outcome.attempts.write));
    }
    if (name === "503 for an hour") expect(read.headers["retry-after"]).toBe("3600");
    expect(read.body + write.body).not.toMatch(/marked|127\.0\.0\.1|no-such-host/);
    expect(service.logged()).not.toContain("marked");

    // Idle ones wait for the next call: no more than there were calls at a time.
    await expect.poll(() => openSockets(upstream), { timeout: 5_000 }).toBeLessThanOrEqual(mostIdle);
    await service.close();
    await expect.poll(() => openSockets(upstream), { timeout: 5_000 }).toBe(0);
  });
});

test("every fault has an outcome, and the page of them is up to date", () => {
  expect(Object.keys(expected).sort()).toEqual(faults.map(({ name }) => name).sort());
  const path = join(import.meta.dirname, "../../../docs/faults.md");
  if (process.env["UPDATE_PAGES"] === "1") writeFileSync(path, faultsPage());
  expect(readFileSync(path, "utf8")).toBe(faultsPage());
});

/** Connections to the other side that are open on its side, which are those that are open on ours. */
function openSockets({ server }: Misbehaving): number {
  return server?.open() ?? 0;
}

function codeOf({ body }: Reply): string {
  return (JSON.parse(body) as { readonly code: string }).code;
}

/** A service with one API that is read and written, three attempts at most. */
async function serviceOf({ url, keys = "" }: Misbehaving) {
  const folder = temporaryFolder({
    "authority.pem": pem("authority.pem"),
    "config/integrations/api_sources.yaml": `api:
  sources:
    shop:
      base_url: ${url}
      timeout: 250ms
      max_response: 1mb
      retry: { attempts: 3, backoff: { base: 5ms, max: 10ms } }
      ${keys}
      operations:
        look: { path: /look }
        order: { path: /order, method: POST, body: { a: 1 } }
`,
    "config/domains/shop.yaml": `endpoints:
  look: { path: /shop, data_sources: [{ name: look, type: api, operation: look }] }
  order: { path: /shop, data_sources: [{ name: order, type: api, operation: order }] }
`,
  });
  let log = "";
  const logger = pino({ level: "debug" }, { write: (line: string) => (log += line) });
  const app = await createApp({ configPath: join(folder, "config"), logger } as AppOptions);
  onTestFinished(async () => void (await app.close()));
  const { port } = new URL(await app.listen({ host: "127.0.0.1", port: 0 }));
  return {
    send: (method: string) => exchange(Number(port), { method, target: "/orchestrator/shop" }),
    logged: () => log,
    close: () => app.close(),
  };
}
