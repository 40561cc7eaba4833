import pino from "pino";
import { EventLoopWatch } from "../../src/observe/event-loop-watch.js";
import { assembleApp, type App } from "../../src/server/assemble-app.js";
import { buildServer } from "../../src/server/build-server.js";
import { Generation } from "../../src/server/generations/generation.js";
import { Generations } from "../../src/server/generations/generations.js";
import { Listener } from "../../src/server/listening/listener.js";
import { Reloader } from "../../src/server/generations/reloader.js";
import type { LoadedProject, Service } from "../../src/service.js";

/** An app around a service that a test has opened itself: without a log, and with nothing to reload. */
export async function appOfService(service: Service, loaded: LoadedProject): Promise<App> {
  const logger = pino({ level: "silent" });
  const listener = new Listener({ logger });
  const server = await buildServer(service, { logger, isStopping: () => listener.isStopping });
  const first = new Generation({ number: 1, loaded, service, server });
  const generations = new Generations(first, { listener, logger, loop: new EventLoopWatch() });
  const reloader = new Reloader({ factory: { next: async () => undefined }, generations, logger });
  return assembleApp({ listener, generations, reloader, companions: [] });
}
