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
  /** On the same tables, with a traffic API that nobody can reach. */
  readonly appWithoutTraffic: DemoApp;
  close(): Promise<void>;
}

/** The demo as `init` makes it, running in this process. */
export async function openDemo(): Promise<Demo> {
  const folder = mkdtempSync(join(tmpdir(), "demo-"));
  initProject({ folder, template: "demo" });
  const traffic = await startTrafficApi(0);
  const app = await appWith(folder, traffic.url);
  const appWithoutTraffic = await appWith(folder, "http://127.0.0.1:1");
  return {
    folder,
    app,
    appWithoutTraffic,
    close: async () => {
      await Promise.all([app.close(), appWithoutTraffic.close(), traffic.stop()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function appWith(folder: string, trafficUrl: string): Promise<DemoApp> {
  process.env["TRAFFIC_API_URL"] = trafficUrl;
  try {
    return await createApp({ configPath: join(folder, "config"), logLevel: "silent" });
  } finally {
    delete process.env["TRAFFIC_API_URL"];
  }
}
