import type { InjectOptions, LightMyRequestResponse } from "fastify";
import type { ServiceConfig } from "../config/model.js";
import type { JsonValue } from "../expression/value.js";
import type { Logger } from "../observe/logger.js";
import type { Service } from "../service.js";
import { buildServer, type Plugin } from "./build-server.js";
import { callEndpoint, type CallRequest } from "./call-endpoint.js";
import { Listener } from "./listener.js";
import { listeningUrl } from "./listening-url.js";

/** A service that is ready to answer: without a network through `inject` and `call`, over HTTP after `listen`. */
export interface App {
  readonly config: ServiceConfig;
  /** Sends one request through all that a real one goes through, without a network. */
  inject(options: InjectOptions | string): Promise<LightMyRequestResponse>;
  /**
   * Runs one endpoint (`<domain>.<endpoint>`), an internal one too, and answers its response body.
   * Rejects with an OrchestratorError: ENDPOINT_UNKNOWN, REQUEST_INVALID, or what ended the execution.
   */
  call(endpointId: string, request?: CallRequest): Promise<JsonValue>;
  /**
   * Listens, by default at `server.host` and `server.port`; port 0 takes a free one. Answers the URL.
   * Rejects with PORT_IN_USE, PORT_FORBIDDEN, ADDRESS_UNAVAILABLE.
   */
  listen(address?: {
    readonly host?: string | undefined;
    readonly port?: number | undefined;
  }): Promise<string>;
  /**
   * Takes no new connection, finishes what runs for up to `server.shutdown_timeout`, then closes every source.
   * Answers whether everything was answered. Can be called twice.
   */
  close(): Promise<boolean>;
}

export interface AssembleOptions {
  readonly logger: Logger;
  readonly plugins?: readonly Plugin[] | undefined;
}

/** Puts a server around a service. The app owns the service from then on, and closes it when this fails. */
export async function assembleApp(service: Service, options: AssembleOptions): Promise<App> {
  const { logger, plugins } = options;
  const listener = new Listener({ logger });
  try {
    const server = await buildServer(service, { logger, plugins, isStopping: () => listener.isStopping });
    listener.serve(server.routing);
    let closed: Promise<boolean> | undefined;
    return {
      config: service.config,
      inject: (request) => server.inject(request),
      call: (endpointId, request) => callEndpoint(service, endpointId, request),
      listen: async ({ host, port } = {}) => {
        const { server: defaults } = service.config;
        return listeningUrl(await listener.listen(host ?? defaults.host, port ?? defaults.port));
      },
      close: () => (closed ??= closeAll(listener, server, service)),
    };
  } catch (error) {
    await service.close();
    throw error;
  }
}

async function closeAll(
  listener: Listener,
  server: { close(): Promise<void> },
  service: Service,
): Promise<boolean> {
  const isComplete = await listener.stop(service.config.server.shutdownTimeoutMs);
  await server.close();
  await service.close();
  return isComplete;
}
