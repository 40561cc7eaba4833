import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { initProject } from "../../src/cli/init-project.js";
import { createApp } from "../../src/server/app.js";
import { startTrafficApi } from "../../templates/demo/traffic-api.js";

export type DemoApp = Awaited<ReturnType<typeof createApp>>;

export interface Demo {
  readonly folder: string;
  /** With the traffic API beside it. */
  readonly app: DemoApp;
  /** The same with sources that nobody can reach: `traffic`, `features`, both or none. */
  appWithout(down: readonly string[]): Promise<DemoApp>;
  close(): Promise<void>;
}

/** The demo as `init` makes it, running in this process. */
export async function openDemo(): Promise<Demo> {
  const folder = newDemo();
  const folderWithoutFeatures = newDemo();
  rmSync(join(folderWithoutFeatures, "feature_repo/data/online_store.db"));
  const traffic = await startTrafficApi(0);
  const apps = new Map<string, Promise<DemoApp>>();
  const appWithout = (down: readonly string[]) => {
    const key = [...down].sort().join();
    const open = () =>
      appWith(
        down.includes("features") ? folderWithoutFeatures : folder,
        down.includes("traffic") ? "http://127.0.0.1:1" : traffic.url,
      );
    const app = apps.get(key) ?? open();
    apps.set(key, app);
    return app;
  };
  return {
    folder,
    app: await appWithout([]),
    appWithout,
    close: async () => {
      for (const app of apps.values()) await (await app).close();
      await traffic.stop();
      for (const each of [folder, folderWithoutFeatures]) rmSync(each, { recursive: true, force: true });
    },
  };
}

function newDemo(): string {
  const folder = mkdtempSync(join(tmpdir(), "demo-"));
  initProject({ folder, template: "demo" });
  return folder;
}

/** One after another, for the address of the API is a variable of the process while a project is read. */
let opening: Promise<unknown> = Promise.resolve();

function appWith(folder: string, trafficUrl: string): Promise<DemoApp> {
  const opened = opening.then(async () => {
    process.env["TRAFFIC_API_URL"] = trafficUrl;
    try {
      return await createApp({ configPath: join(folder, "config"), logLevel: "silent" });
    } finally {
      delete process.env["TRAFFIC_API_URL"];
    }
  });
  opening = opened.catch(() => undefined);
  return opened;
}
