import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import pino from "pino";
import { describe, expect, onTestFinished, test } from "vitest";
import { loadEnv } from "../../../src/host/load-env.js";
import { openApp } from "../../../src/server/app.js";
import { watchConfiguration } from "../../../src/server/generations/watch-configuration.js";
import { runCommand } from "../../cli/run-command.js";
import { temporaryFolder } from "../../host/temporary-folder.js";

const config = "server: { host: 127.0.0.1, port: 0 }\nadmin: false\n";
const domain = (value: string) => `endpoints: { version: { response_mapping: { value: "\${${value}}" } } }\n`;
const plain = (value: number) => `endpoints: { version: { response_mapping: { value: ${value} } } }\n`;

/** A project that is watched until the test ends. */
async function watched(folder: string, configPath = "config") {
  const logger = pino({ level: "silent" });
  const parts = await openApp({ workingFolder: folder, configPath, logger });
  const watching = await watchConfiguration({
    loaded: () => parts.generations.current.loaded,
    reload: () => parts.app.reload(),
    logger,
    quietMs: 50,
  });
  onTestFinished(async () => {
    await watching.close();
    await parts.app.close();
  });
  const value = async () => {
    const reply = await parts.app.inject("/orchestrator/shop/version");
    return (reply.json() as { value: unknown }).value;
  };
  return {
    ...parts,
    value,
    becomes: (expected: unknown) => expect.poll(value, { timeout: 10_000 }).toBe(expected),
  };
}

function project(more: Readonly<Record<string, string>> = {}): string {
  return temporaryFolder({ "config/config.yaml": config, "config/domains/shop.yaml": plain(1), ...more });
}

describe("a reload follows", () => {
  test("the first API key that is made, and its end", async () => {
    const folder = project({
      "config/config.yaml": `${config}auth: { api_keys: { file: keys/callers.yaml } }\n`,
      "config/domains/shop.yaml":
        "endpoints: { version: { auth: api_key, response_mapping: $auth.subject } }\n",
    });
    const { app } = await watched(folder);
    const { stdout } = await runCommand(folder, "keys", "create", "partner");
    const ask = async () => {
      const headers = { "x-api-key": stdout.trim() };
      return (await app.inject({ url: "/orchestrator/shop/version", headers })).statusCode;
    };
    await expect.poll(ask, { timeout: 10_000 }).toBe(200);
    await runCommand(folder, "keys", "revoke", "partner");
    await expect.poll(ask, { timeout: 10_000 }).toBe(401);
  });

  test("a file that is written, and one that replaces another", async () => {
    const folder = project();
    const path = join(folder, "config/domains/shop.yaml");
    const { becomes } = await watched(folder);
    writeFileSync(path, plain(2));
    await becomes(2);
    writeFileSync(`${path}~`, plain(3));
    renameSync(`${path}~`, path);
    await becomes(3);
    writeFileSync(path, plain(4));
    await becomes(4);
  });

  test("a file and a folder that are new, and one that is removed", async () => {
    const folder = project();
    const { app, becomes, generations } = await watched(folder);
    mkdirSync(join(folder, "config/domains/more"));
    writeFileSync(
      join(folder, "config/domains/more/more.yaml"),
      "endpoints: { x: { response_mapping: { a: 1 } } }\n",
    );
    await expect
      .poll(async () => (await app.inject("/orchestrator/more/x")).statusCode, { timeout: 10_000 })
      .toBe(200);
    rmSync(join(folder, "config/domains/more"), { recursive: true });
    await expect
      .poll(async () => (await app.inject("/orchestrator/more/x")).statusCode, { timeout: 10_000 })
      .toBe(404);
    await becomes(1);
    expect(generations.current.number).toBeGreaterThan(1);
  });

  test("the swap of the link of a mounted map, again and again", async () => {
    const folder = temporaryFolder();
    const mount = join(folder, "config");
    const release = (number: number) => {
      mkdirSync(join(mount, `..v${number}/`), { recursive: true });
      writeFileSync(join(mount, `..v${number}/config.yaml`), `${config}constants: { V: ${number} }\n`);
      symlinkSync(`..v${number}`, join(mount, "..data_tmp"));
      renameSync(join(mount, "..data_tmp"), join(mount, "..data"));
      if (number > 1) rmSync(join(mount, `..v${number - 1}`), { recursive: true });
    };
    release(1);
    symlinkSync("..data/config.yaml", join(mount, "config.yaml"));
    mkdirSync(join(mount, "domains"));
    writeFileSync(
      join(mount, "domains/shop.yaml"),
      "endpoints: { version: { response_mapping: { value: $const.V } } }\n",
    );
    const { becomes } = await watched(folder);
    for (let number = 2; number <= 4; number++) {
      release(number);
      await becomes(number);
    }
  });

  test("a change of .env, and of a file with a secret that lies elsewhere", async () => {
    const folder = project({
      ".env": "SHOP_VALUE=one\n",
      "secrets/name": "first",
      "config/config.yaml": `${config}app: { name: "\${file:secrets/name}" }\n`,
      "config/domains/shop.yaml": domain("SHOP_VALUE"),
    });
    loadEnv({ workingFolder: folder });
    onTestFinished(() => void Reflect.deleteProperty(process.env, "SHOP_VALUE"));
    const { app, becomes } = await watched(folder);
    await becomes("one");
    writeFileSync(join(folder, ".env"), "SHOP_VALUE=two\n");
    await becomes("two");
    writeFileSync(join(folder, "secrets/name"), "second");
    await expect.poll(() => app.config.app.name, { timeout: 10_000 }).toBe("second");
  });
});

test("what editors leave for a moment starts nothing, and a burst of changes ends with the last", async () => {
  const folder = project();
  const path = join(folder, "config/domains/shop.yaml");
  const { becomes, generations, reloader } = await watched(folder);
  writeFileSync(join(folder, "config/domains/.shop.yaml.swp"), "x");
  rmSync(join(folder, "config/domains/.shop.yaml.swp"));
  await expect.poll(() => reloader.latest?.status, { timeout: 10_000 }).toBe("unchanged");
  expect(generations.current.number).toBe(1);
  for (let value = 2; value <= 60; value++) writeFileSync(path, plain(value));
  await becomes(60);
  expect(generations.current.number).toBeLessThanOrEqual(3);
});

test("a broken file is refused, and the next good one serves", async () => {
  const folder = project();
  const path = join(folder, "config/domains/shop.yaml");
  const { becomes, value, reloader } = await watched(folder);
  writeFileSync(path, "endpoints: [\n");
  await expect.poll(() => reloader.latest?.status, { timeout: 10_000 }).toBe("refused");
  expect(await value()).toBe(1);
  writeFileSync(path, plain(2));
  await becomes(2);
});
