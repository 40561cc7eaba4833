import { UsedServer } from "../../../connections/kept/used-server.js";
import type { WantedServer } from "../../../contracts/server-keeper.js";
import type { Opening } from "../../../contracts/source.js";
import type { JsonObject } from "../../../expression/value.js";
import type { Backend, ModelHost } from "../backend.js";
import type { Model } from "../model.js";
import { openServer } from "../protocols/open-server.js";
import type { MlSettings } from "../settings.js";
import { LaunchedBackend } from "./launched-backend.js";
import { Servings } from "./servings.js";

/** The models of a server that this service starts and watches itself. */
export class LaunchedHost implements ModelHost {
  private readonly server: UsedServer;
  private readonly servings: Servings;
  private readonly fallback: ModelHost | undefined;

  private constructor(server: UsedServer, servings: Servings, fallback: ModelHost | undefined) {
    this.server = server;
    this.servings = servings;
    this.fallback = fallback;
  }

  static async open(
    opening: Opening<MlSettings>,
    models: readonly Model[],
    launch: WantedServer["launch"],
  ): Promise<LaunchedHost> {
    const { name, settings, host, log, keeper } = opening;
    const { ready, live, restart, max_restarts, base_url } = settings;
    const rules = {
      name,
      readyWithinMs: ready.within,
      live: { periodMs: live.period, timeoutMs: live.timeout, failures: live.failures },
      restarts: restart !== "never",
      maxRestarts: max_restarts,
    };
    const servings = new Servings(opening, models);
    const user = { log, check: servings.check.bind(servings) };
    const server = await UsedServer.open(keeper!, { rules, launch }, user);
    if (settings.start === "eager") server.start();
    return new LaunchedHost(server, servings, base_url && openServer({ url: base_url, settings, host, log }));
  }

  backendOf(model: Model): Backend {
    return new LaunchedBackend(this.server, this.servings, model, this.fallback?.backendOf(model));
  }

  started(): Promise<void> {
    return new Promise((resolve) =>
      this.server.whenReady({ ready: () => resolve(), notReady: () => resolve() }),
    );
  }

  /** Its state, as `GET /sources` tells it. */
  facts(): JsonObject {
    const { state, sinceMs, restarts, lastEnd, address, facts } = this.server.condition;
    const since = new Date(sinceMs).toISOString();
    const where = address && { host: address.host, port: address.port };
    return { server: { state, since, restarts, last_end: lastEnd ?? null, ...where, ...facts } };
  }

  async close(): Promise<void> {
    await this.server.release();
    await Promise.all([this.servings.close(), this.fallback?.close()]);
  }
}
