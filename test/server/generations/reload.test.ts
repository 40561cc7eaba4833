import { describe, expect, test } from "vitest";
import { baseFiles, holding, startReloadable } from "../reloadable-project.js";

const endpoint = (path: string, value: string) => `endpoints:
  only:
    path: ${path}
    response_mapping: { value: ${value} }
`;

describe("after a reload", () => {
  test("new routes answer, changed ones answer anew, and removed ones are gone", async () => {
    const project = await startReloadable({
      "config/domains/stays.yaml": endpoint("/stays", "1"),
      "config/domains/goes.yaml": endpoint("/goes", "1"),
    });
    project.write({
      "config/domains/stays.yaml": endpoint("/stays", "2"),
      "config/domains/goes.yaml": undefined,
      "config/domains/comes.yaml": endpoint("/comes", "3"),
    });
    expect(await project.app.reload()).toMatchObject({ status: "reloaded", generation: 2, problems: [] });
    expect(await project.get("/orchestrator/stays")).toEqual({ status: 200, body: { value: 2 } });
    expect(await project.get("/orchestrator/comes")).toEqual({ status: 200, body: { value: 3 } });
    expect((await project.get("/orchestrator/goes")).status).toBe(404);
    expect(project.app.config.domains.map(({ id }) => id)).toEqual(["comes", "shop", "stays"]);
  });

  test("a source that is the same stays open, and one that changed is replaced and closed", async () => {
    const project = await startReloadable();
    const sources = baseFiles["config/integrations/echo_sources.yaml"];
    project.write({
      "config/integrations/echo_sources.yaml": sources.replace("says: first", "says: second"),
    });
    const { sources: changes } = await project.app.reload();
    expect(changes).toEqual({ kept: ["echo.kept"], opened: ["echo.changing"], closed: ["echo.changing"] });
    expect((await project.get("/orchestrator/both")).body).toEqual({
      kept: "always the same",
      changing: "second",
    });
    await expect.poll(() => project.generations.old.length).toBe(0);
    expect(project.opened).toEqual([
      { name: "echo.kept", says: "always the same", isClosed: false },
      { name: "echo.changing", says: "first", isClosed: true },
      { name: "echo.changing", says: "second", isClosed: false },
    ]);
  });

  test("operations, comments and the order of keys leave a source open", async () => {
    const project = await startReloadable();
    project.write({
      "config/integrations/echo_sources.yaml": `# Moved about
echo:
  sources:
    changing: { operations: { get: {}, more: {} }, says: first }
    kept: { operations: { get: {} }, says: always the same }
`,
    });
    const { status, sources } = await project.app.reload();
    expect(status).toBe("reloaded");
    expect(sources).toMatchObject({ opened: [], closed: [] });
    expect(project.opened).toHaveLength(2);
  });

  test("the prefix, the documentation and the body limit hold at once", async () => {
    const project = await startReloadable();
    project.write({
      "config/config.yaml": `server: { host: 127.0.0.1, port: 0, body_limit: 10b }
api: { prefix: /v2, docs_url: /explore }
admin: false
`,
    });
    expect(await project.app.reload()).toMatchObject({ status: "reloaded", needsRestart: [] });
    expect((await project.get("/v2/both")).status).toBe(200);
    expect((await fetch(`${project.url}/explore`)).status).toBe(200);
    expect(project.app.config.server.bodyLimitBytes).toBe(10);
  });

  test("plug-ins are applied again", async () => {
    let times = 0;
    const counted = async () => void times++;
    const project = await startReloadable({}, [counted]);
    project.write({ "config/domains/more.yaml": endpoint("/more", "1") });
    await project.app.reload();
    expect(times).toBe(2);
  });
});

describe("a configuration with errors", () => {
  test("is refused with all of them, and the one before serves on until they are gone", async () => {
    const project = await startReloadable();
    const good = baseFiles["config/domains/shop.yaml"];
    project.write({
      "config/domains/shop.yaml": good.replace("operation: get", "operation: got"),
      "config/odd.yaml": "",
    });
    const refused = await project.app.reload();
    expect(refused).toMatchObject({ status: "refused", generation: 1 });
    expect(refused.problems.map(({ code }) => code).sort()).toEqual(["FILE_UNKNOWN", "OPERATION_UNKNOWN"]);
    expect((await project.get("/orchestrator/both")).status).toBe(200);
    expect(project.lines.filter(({ level }) => level === 50)).toHaveLength(3);
    project.write({
      "config/domains/shop.yaml": `${good}  more:\n    response_mapping: { ok: true }\n`,
      "config/odd.yaml": undefined,
    });
    expect(await project.app.reload()).toMatchObject({ status: "reloaded", generation: 2 });
    expect((await project.get("/orchestrator/shop/more")).status).toBe(200);
  });

  test("is refused too where only opening it fails, and nothing of it stays open", async () => {
    const bad = async () => {
      if (isBad) throw new Error("The plug-in does not like it.");
    };
    let isBad = false;
    const project = await startReloadable({}, [bad]);
    isBad = true;
    const sources = baseFiles["config/integrations/echo_sources.yaml"];
    project.write({
      "config/integrations/echo_sources.yaml": sources.replace("says: first", "says: second"),
    });
    expect(await project.app.reload()).toMatchObject({ status: "refused", generation: 1 });
    expect(project.opened.map(({ says, isClosed }) => `${says} ${isClosed}`)).toEqual([
      "always the same false",
      "first false",
      "second true",
    ]);
    expect((await project.get("/orchestrator/both")).status).toBe(200);
  });
});

describe("a reload", () => {
  test("of what has not changed does nothing", async () => {
    const project = await startReloadable();
    expect(await project.app.reload()).toMatchObject({ status: "unchanged", generation: 1 });
    expect(project.opened).toHaveLength(2);
  });

  test("that is asked for while one runs comes after it, and sees the newest files", async () => {
    const project = await startReloadable();
    const results = [project.app.reload()];
    for (let value = 1; value <= 5; value++) {
      project.write({ "config/domains/more.yaml": endpoint("/more", String(value)) });
      results.push(project.app.reload());
    }
    await Promise.all(results);
    expect((await project.get("/orchestrator/more")).body).toEqual({ value: 5 });
    expect(project.generations.current.number).toBeLessThanOrEqual(3);
  });

  test("says what holds only after a restart", async () => {
    const project = await startReloadable();
    const { restartKeys } = await import("../../../src/server/generations/restart-keys.js");
    project.reloader.compareWith(
      restartKeys(project.app.config, { host: true, port: true, workers: true, admin: true }),
    );
    project.write({ "config/config.yaml": "server: { host: 127.0.0.2, port: 81 }\nadmin: { port: 82 }\n" });
    const { status, needsRestart } = await project.app.reload();
    expect({ status, needsRestart }).toEqual({
      status: "reloaded",
      needsRestart: ["server.host", "server.port", "admin"],
    });
    expect(project.lines.map(({ msg }) => msg)).toContain(
      "These hold only after a restart: server.host, server.port, admin.",
    );
    expect(await project.app.reload()).toMatchObject({ status: "unchanged", needsRestart });
  });
});

describe("a generation that was replaced", () => {
  const change = (value: number) => ({ "config/domains/more.yaml": endpoint("/more", String(value)) });

  test("answers what it has begun on its own sources, then closes them", async () => {
    const { plugin, release, waiting } = holding();
    const project = await startReloadable({}, [plugin]);
    const held = fetch(`${project.url}/hold`);
    await expect.poll(waiting).toBe(1);
    const sources = baseFiles["config/integrations/echo_sources.yaml"];
    project.write({
      "config/integrations/echo_sources.yaml": sources.replace("says: first", "says: second"),
    });
    await project.app.reload();
    expect(project.generations.old.map(({ number, inFlight }) => [number, inFlight.count])).toEqual([[1, 1]]);
    expect(project.opened[1]!.isClosed).toBe(false);
    release();
    expect(await (await held).json()).toEqual({ held: true });
    await expect.poll(() => project.opened[1]!.isClosed).toBe(true);
    expect(project.generations.old).toEqual([]);
  });

  test("is cut off when too many are at work and its time is over", async () => {
    const { plugin, waiting } = holding();
    const short = baseFiles["config/config.yaml"].replace("2s", "50ms");
    const project = await startReloadable({ "config/config.yaml": short }, [plugin]);
    const held: Promise<string>[] = [];
    for (let value = 1; value <= 6; value++) {
      held.push(
        fetch(`${project.url}/hold`).then(
          () => "answered",
          () => "cut",
        ),
      );
      await expect.poll(waiting).toBe(value);
      project.write(change(value));
      expect(await project.app.reload()).toMatchObject({ status: "reloaded", generation: value + 1 });
      expect(project.generations.old.length).toBeLessThanOrEqual(4);
    }
    expect(await Promise.all(held.slice(0, 2))).toEqual(["cut", "cut"]);
    expect(project.generations.old.map(({ number }) => number)).toEqual([3, 4, 5, 6]);
  });

  test("is not waited for because of requests that were hung up on behind another one", async () => {
    const { plugin, release, waiting } = holding();
    const project = await startReloadable({}, [plugin]);
    const { connect } = await import("node:net");
    const socket = connect(Number(new URL(project.url).port), "127.0.0.1");
    const request = "GET /hold HTTP/1.1\r\nhost: t\r\n\r\n";
    socket.write(request + request + request);
    await expect.poll(waiting).toBe(3);
    project.write(change(1));
    await project.app.reload();
    expect(project.generations.old[0]!.inFlight.count).toBe(3);
    socket.destroy();
    await expect.poll(() => project.generations.old.length).toBe(0);
    release();
  });
});

test("closing an app ends old generations too", async () => {
  const { plugin, waiting } = holding();
  const short = baseFiles["config/config.yaml"].replace("2s", "50ms");
  const project = await startReloadable({ "config/config.yaml": short }, [plugin]);
  const held = fetch(`${project.url}/hold`).catch(() => "cut");
  await expect.poll(waiting).toBe(1);
  project.write({ "config/domains/more.yaml": endpoint("/more", "1") });
  await project.app.reload();
  expect(await project.app.close()).toBe(false);
  expect(await held).toBe("cut");
  expect(project.opened.every(({ isClosed }) => isClosed)).toBe(true);
});
