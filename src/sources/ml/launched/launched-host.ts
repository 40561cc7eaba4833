import { HttpClient } from "../../../connections/http/http-client.js";
import type { HttpReply } from "../../../connections/http/http-reply.js";
import { KeptServer } from "../../../connections/kept/kept-server.js";
import type { Launched, Launcher } from "../../../connections/kept/launcher.js";
import type { Opening } from "../../../contracts/source.js";
import type { Backend, ModelHost } from "../backend.js";
import type { Model } from "../model.js";
import { openServer } from "../protocols/open-server.js";
import type { MlSettings } from "../settings.js";
import { LaunchedBackend } from "./launched-backend.js";

/** The connections to one launch of the server: the next one may listen elsewhere. */
interface Serving {
  readonly launched: Launched;
  readonly server: ModelHost;
  readonly backends: ReadonlyMap<string, Backend>;
}

const longestAnswer = 1_048_576;

/** The models of a server that this service starts and watches itself. */
export class LaunchedHost implements ModelHost {
  readonly server: KeptServer;
  private readonly opening: Opening<MlSettings>;
  private readonly models = new Map<string, Model>();
  private readonly fallback: ModelHost | undefined;
  private serving: Serving | undefined;

  constructor(opening: Opening<MlSettings>, launcherOf: (check: Launcher["check"]) => Launcher) {
    const { name, settings, host, log } = opening;
    const { ready, live, restart, max_restarts, base_url } = settings;
    const rules = {
      name,
      readyWithinMs: ready.within,
      live: { periodMs: live.period, timeoutMs: live.timeout, failures: live.failures },
      restarts: restart === "on-failure",
      maxRestarts: max_restarts,
    };
    this.opening = opening;
    this.server = new KeptServer(
      launcherOf((launched) => this.check(launched)),
      rules,
      host.clock,
      log,
    );
    this.fallback = base_url && openServer({ url: base_url, settings, host, log });
    // The models are told right after this, and the launch has begun by then.
    if (settings.start === "eager") this.server.start();
  }

  backendOf(model: Model): Backend {
    this.models.set(model.name, model);
    return new LaunchedBackend(this, model, this.fallback?.backendOf(model));
  }

  /** The model on a launch of the server. */
  on(launched: Launched, model: Model): Backend {
    return this.servingOf(launched).backends.get(model.name)!;
  }

  async close(): Promise<void> {
    await this.server.close();
    await Promise.all([this.serving?.server.close(), this.fallback?.close()]);
  }

  private servingOf(launched: Launched): Serving {
    if (this.serving?.launched === launched) return this.serving;
    void this.serving?.server.close();
    const { settings, host, log } = this.opening;
    const url = { origin: originOf(launched), path: "" };
    const server = openServer({ url, settings, host, log });
    const backends = new Map([...this.models].map(([name, model]) => [name, server.backendOf(model)]));
    this.serving = { launched, server, backends };
    return this.serving;
  }

  private async check(launched: Launched): Promise<void> {
    const { path } = this.opening.settings.ready;
    if (path !== undefined) return checkPath(launched, path);
    await Promise.all([...this.servingOf(launched).backends.values()].map((backend) => backend.ready()));
  }
}

function originOf({ host, port }: Launched): string {
  return `http://${host}:${port}`;
}

async function checkPath(launched: Launched, path: string): Promise<void> {
  const client = new HttpClient({ origin: originOf(launched), connections: 1 });
  try {
    const { status } = await new Promise<HttpReply>((resolve, reject) => {
      const request = { method: "GET", path, headers: [], body: null };
      client.send(request, longestAnswer, { replied: resolve, failed: reject });
    });
    if (status < 200 || status > 399) throw new Error(`it answered with ${status}`);
  } finally {
    await client.close();
  }
}
