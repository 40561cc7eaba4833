import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder, runCommand } from "./run-command.js";
import { shopProject } from "./shop.js";
import { startCommand } from "./start-command.js";

test("the bare command serves, and ends with 0 at SIGTERM", async () => {
  const folder = temporaryFolder();
  await runCommand(folder, "init");
  appendFileSync(join(folder, "config/config.yaml"), "\nadmin: false\n");
  const service = startCommand(folder, ["--host", "127.0.0.1", "--port", "0"]);
  const url = await service.url;
  const reply = await fetch(`${url}/orchestrator/example/hello?name=Ada`);
  expect(await reply.json()).toMatchObject({ greeting: "Hello, Ada!", letters: 3, size: "short" });
  service.child.kill("SIGTERM");
  expect(await service.code).toBe(0);
});

test("run reads .env of the project, and --log-level silences it", async () => {
  const folder = shopProject({
    "config/config.yaml": "app:\n  name: ${SHOP_NAME}\nadmin: false\n",
    ".env": "SHOP_NAME=Corner Shop\n",
  });
  const service = startCommand(folder, ["run", "--host", "127.0.0.1", "--port", "0"]);
  const document = (await (await fetch(`${await service.url}/openapi.json`)).json()) as {
    info: { title: string };
  };
  expect(document.info.title).toBe("Corner Shop");
});

test("run --mock answers from mocks and schemas: no API is called", async () => {
  const folder = shopProject({
    "config/config.yaml": "admin: false\n",
    "config/integrations/api_sources.yaml": `api:
  sources:
    weather:
      base_url: http://nowhere.invalid
      operations:
        today: { path: /today, schema: { type: object, properties: { sky: { enum: [clear] } } } }
        tomorrow: { path: /tomorrow, mock: { body: { sky: grey } } }
`,
    "config/domains/weather.yaml": `endpoints:
  both:
    path: /weather
    data_sources:
      - { name: today, type: api, operation: today }
      - { name: tomorrow, type: api, operation: tomorrow }
`,
  });
  const service = startCommand(folder, ["run", "--mock", "--host", "127.0.0.1", "--port", "0"]);
  const reply = await fetch(`${await service.url}/orchestrator/weather`);
  expect(await reply.json()).toEqual({ today: { sky: "clear" }, tomorrow: { sky: "grey" } });
});

test("a project with an error does not start, and says why on stderr", async () => {
  const folder = shopProject({ "config/config.yaml": "sever: {}\n" });
  const service = startCommand(folder, ["run", "--port", "0"]);
  expect(await service.code).toBe(1);
  expect(service.printed.stderr).toContain("config/config.yaml:1:1 error CONFIG_KEY_UNKNOWN");
  expect(service.printed.stderr).toContain('hint: Did you mean "server"?');
});

test("a folder without a configuration does not start", async () => {
  const service = startCommand(temporaryFolder(), ["run"]);
  expect(await service.code).toBe(1);
  expect(service.printed.stderr).not.toContain("    at ");
});
