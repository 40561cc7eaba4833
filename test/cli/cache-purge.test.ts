import { createServer, type AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { runServer } from "../../src/server/run-server.js";
import { runCommand, projectOf } from "./run-command.js";

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

test("kept values of the running service are dropped by tag, or all", async () => {
  const folder = projectOf({
    "config/config.yaml": `server: { host: 127.0.0.1, port: 0 }\nadmin: { port: ${await freePort()} }\n`,
    "config/database.yaml": `database:
  sources: { default: { connection_string: "sqlite:///data/a.db" } }
  operations: { it: { query: SELECT 1, cache: { ttl: 1h, tags: [shop] } } }
`,
    "config/domains/shop.yaml":
      "endpoints: { it: { data_sources: [{ name: it, type: database, operation: it }] } }\n",
  });
  const server = await runServer({ workingFolder: folder, logLevel: "silent" });
  onTestFinished(() => server.stop());
  await server.app.inject("/orchestrator/shop/it");
  const other = await runCommand(folder, "cache", "purge", "--tag", "other", "--json");
  expect(JSON.parse(other.stdout)).toEqual({ purged: 0, tags: ["other"] });
  const shop = await runCommand(folder, "cache", "purge", "--tag", "other", "shop");
  expect(shop).toMatchObject({ code: 0, stdout: expect.stringContaining("1 kept value dropped.") as string });
  const all = await runCommand(folder, "cache", "purge");
  expect(all.stdout).toContain("0 kept values dropped.");
});
