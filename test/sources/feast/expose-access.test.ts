import { createHash } from "node:crypto";
import { expect, onTestFinished, test } from "vitest";
import { feastProject } from "./feast-project.js";
import { recordedCases } from "./recorded-case.js";

const hash = (key: string) => createHash("sha256").update(key).digest("hex");
const keys = `keys:
  - { name: trainer, sha256: ${hash("oak_trainer")}, roles: [trainer] }
  - { name: guest, sha256: ${hash("oak_guest")} }
`;
const recorded = recordedCases("sqlite-v3").find(
  ({ status, path }) => status === 200 && path === "/get-online-features",
)!;

async function serve(expose: string, more = "") {
  const config = `auth:\n  api_keys: {}\n${more}`;
  const files = { "config/config.yaml": config, "data/api-keys.yaml": keys };
  const source = `repo_path: repo\nexpose: ${expose}`;
  const project = feastProject({ repository: "sqlite-v3", source, files });
  onTestFinished(() => project.close());
  expect(project.loaded.problems.filter(({ severity }) => severity === "error")).toEqual([]);
  const { app } = await project.open();
  const url = `${await app.listen({ host: "127.0.0.1", port: 0 })}/orchestrator/feast/default`;
  return async (key?: string, path = recorded.path) => {
    const isRead = path === recorded.path;
    const reply = await fetch(url + path, {
      method: isRead ? "POST" : "GET",
      headers: key === undefined ? {} : { "x-api-key": `oak_${key}` },
      ...(isRead && { body: recorded.body! }),
    });
    return { status: reply.status, headers: reply.headers, body: await reply.text() };
  };
}

test("`auth.default` holds for an exposed store, its health included", async () => {
  const ask = await serve("true", "  default: api_key\n");
  expect([(await ask()).status, (await ask(undefined, "/health")).status]).toEqual([401, 401]);
  expect([(await ask("guest")).status, (await ask("guest", "/health")).status]).toEqual([200, 200]);
});

test("an exposed store has `auth`, `roles` and a `rate_limit` of its own", async () => {
  const ask = await serve(
    "{ auth: api_key, roles: [trainer], rate_limit: { limit: 2, per: 1m, by: api_key } }",
  );
  expect((await ask()).headers.get("www-authenticate")).toBe('ApiKey realm="Orchestrator API"');
  expect((await ask("guest")).status).toBe(403);
  const first = await ask("trainer");
  expect([first.status, first.headers.get("ratelimit-remaining")]).toEqual([200, "1"]);
  expect(JSON.parse(first.body)).toHaveProperty("results");
  await ask("trainer");
  const third = await ask("trainer");
  expect([third.status, third.headers.get("retry-after")]).toEqual([429, "60"]);
});

test("`auth: none` opens one where all else is closed; `expose: false` serves nothing", async () => {
  const open = await serve("{ auth: none }", "  default: api_key\n");
  expect((await open()).status).toBe(200);
  const closed = await serve("false");
  expect((await closed("trainer")).status).toBe(404);
});
