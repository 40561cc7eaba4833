import { describe, expect, test } from "vitest";
import type { ConfiguredSource, ServiceConfig } from "../../src/config/model.js";
import type { Opening, Source, SourceType } from "../../src/contracts/source.js";
import { nodeHost } from "../../src/host/node-host.js";
import { KeptServers } from "../../src/opening/kept-servers.js";
import { SourcePool } from "../../src/opening/source-pool.js";
import { temporaryFolder } from "../host/temporary-folder.js";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

interface Opened extends Source {
  readonly id: string;
  isClosed: boolean;
}

const host = nodeHost();
const options = { host, log: () => undefined, isMocked: false, keeper: new KeptServers(host.clock) };

/** A kind of source whose opening a test decides. */
function kind(look: (opening: Opening<unknown>) => void = () => undefined) {
  const opened: Opened[] = [];
  const type = {
    kind: "test",
    async open(opening: Opening<unknown>) {
      const source: Opened = {
        id: opening.name,
        isClosed: false,
        start: () => ({ cancel: () => undefined }),
        probe: async () => undefined,
        close: async () => void (source.isClosed = true),
      };
      opened.push(source);
      look(opening);
      return source;
    },
  } as unknown as SourceType;
  return { type, opened, open: () => opened.filter(({ isClosed }) => !isClosed).map(({ id }) => id) };
}

/** A configuration of sources, each with the hash of its settings. */
function configOf(type: SourceType, fingerprints: Readonly<Record<string, string>>): ServiceConfig {
  const sources = Object.entries(fingerprints).map(([name, fingerprint]): ConfiguredSource => ({
    id: `test.${name}`,
    name,
    kind: "test",
    domain: undefined,
    type,
    settings: {},
    isRequiredForReadiness: false,
    fingerprint,
    location: { file: "config/test.yaml", line: 1, column: 1 },
  }));
  return {
    sources,
    domains: [],
    projectFolder: "/project",
    app: { name: "Test" },
  } as unknown as ServiceConfig;
}

describe("a source", () => {
  test("that means the same is shared, and closed when the last that uses it is done", async () => {
    const { type, opened } = kind();
    const pool = new SourcePool();
    const first = await pool.open(configOf(type, { a: "1" }), options);
    const second = await pool.open(configOf(type, { a: "1" }), options);
    expect(second).toMatchObject({ kept: ["test.a"], opened: [] });
    expect(second.sources.get("test.a")).toBe(first.sources.get("test.a"));
    await Promise.all([first.release(), first.release()]);
    expect(opened[0]!.isClosed).toBe(false);
    await second.release();
    expect(opened[0]!.isClosed).toBe(true);
    expect(pool.size).toBe(0);
  });

  test("that changed is opened beside the old one", async () => {
    const { type, open } = kind();
    const pool = new SourcePool();
    const first = await pool.open(configOf(type, { a: "1", b: "1" }), options);
    const second = await pool.open(configOf(type, { a: "2", c: "1" }), options);
    expect(second).toMatchObject({ kept: [], opened: ["test.a", "test.c"] });
    expect(open()).toEqual(["test.a", "test.b", "test.a", "test.c"]);
    await first.release();
    expect(open()).toEqual(["test.a", "test.c"]);
  });

  test("that is wanted again while it is still at work is the same one", async () => {
    const { type, opened } = kind();
    const pool = new SourcePool();
    const first = await pool.open(configOf(type, { a: "1" }), options);
    const second = await pool.open(configOf(type, { a: "2" }), options);
    const third = await pool.open(configOf(type, { a: "1" }), options);
    expect(third.sources.get("test.a")).toBe(first.sources.get("test.a"));
    await Promise.all([first.release(), second.release()]);
    expect(opened.map(({ isClosed }) => isClosed)).toEqual([false, true]);
  });

  test("that read a file when it was opened is opened anew when the file has changed", async () => {
    const folder = temporaryFolder({ "tls.crt": "one" });
    const { type, opened } = kind(({ host }) => void host.files.read(join(folder, "tls.crt")));
    const pool = new SourcePool();
    const config = configOf(type, { a: "1" });
    await pool.open(config, options);
    expect(pool.isFresh(config, options.host.files)).toBe(true);
    expect(await pool.open(config, options)).toMatchObject({ opened: [] });
    writeFileSync(join(folder, "tls.crt"), "two");
    expect(pool.isFresh(config, options.host.files)).toBe(false);
    expect(await pool.open(config, options)).toMatchObject({ opened: ["test.a"] });
    expect(opened).toHaveLength(2);
  });

  test("that looked at the calls of its steps is opened anew each time", async () => {
    const { type } = kind(({ calls }) => void calls);
    const pool = new SourcePool();
    await pool.open(configOf(type, { a: "1" }), options);
    expect(await pool.open(configOf(type, { a: "1" }), options)).toMatchObject({ opened: ["test.a"] });
  });

  test("that uses another one is opened anew when that one changed, and goes to the newest otherwise", async () => {
    const { type } = kind(
      ({ name, otherSource }) => void (name === "test.user" && otherSource!("test", "used")),
    );
    const pool = new SourcePool();
    await pool.open(configOf(type, { used: "1", user: "1", alone: "1" }), options);
    expect(await pool.open(configOf(type, { used: "1", user: "1" }), options)).toMatchObject({ opened: [] });
    const third = await pool.open(configOf(type, { used: "2", user: "1", alone: "1" }), options);
    expect(third).toMatchObject({ kept: ["test.alone"], opened: ["test.used", "test.user"] });
  });
});

test("when one cannot be opened, those that were opened for nothing are closed and the others stay", async () => {
  const { type, opened } = kind(({ name }) => {
    if (name === "test.bad") throw new Error("It does not open.");
  });
  const pool = new SourcePool();
  const first = await pool.open(configOf(type, { a: "1" }), options);
  await expect(pool.open(configOf(type, { a: "1", b: "1", bad: "1" }), options)).rejects.toMatchObject({
    code: "INTERNAL",
  });
  expect(opened.map(({ id, isClosed }) => `${id} ${isClosed}`)).toEqual([
    "test.a false",
    "test.b true",
    "test.bad false",
  ]);
  expect(pool.size).toBe(1);
  await first.release();
  expect(opened[0]!.isClosed).toBe(true);
});
