import type { InjectOptions, LightMyRequestResponse } from "fastify";
import type { ServiceConfig } from "../config/model.js";
import type { JsonValue } from "../expression/value.js";
import { callEndpoint, type CallRequest } from "./call-endpoint.js";
import type { Generations } from "./generations/generations.js";
import type { Listener } from "./listening/listener.js";
import { listeningUrl } from "./listening/listening-url.js";
import type { Reloader, ReloadResult } from "./generations/reloader.js";

/** A service that is ready to answer: without a network through `inject` and `call`, over HTTP after `listen`. */
export interface App {
  /** That which serves now. */
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
   * Rejects with PORT_IN_USE, PORT_FORBIDDEN, ADDRESS_UNAVAILABLE, CERTIFICATE_UNUSABLE.
   */
  listen(address?: {
    readonly host?: string | undefined;
    readonly port?: number | undefined;
  }): Promise<string>;
  /**
   * Reads the configuration again and lets it serve in place of the one before, which finishes what it has begun. One
   * with errors is refused, and the one before serves on. Never rejects. Calls while one runs share the next one.
   */
  reload(): Promise<ReloadResult>;
  /**
   * Takes no new connection, finishes what runs for up to `server.shutdown_timeout`, then closes every source.
   * Answers whether everything was answered. Can be called twice.
   */
  close(): Promise<boolean>;
}

export interface AppParts {
  /** What ends with the app, when its last request is answered. */
  readonly companions: { close(): Promise<void> }[];
  readonly listener: Listener;
  readonly generations: Generations;
  readonly reloader: Reloader;
}

/** Puts the parts of a service together as one thing to use. */
export function assembleApp({ listener, generations, reloader, companions }: AppParts): App {
  let closed: Promise<boolean> | undefined;
  return {
    get config() {
      return generations.current.service.config;
    },
    inject(request) {
      const { server, inFlight } = generations.current;
      return inFlight.during(() => server.inject(request));
    },
    call(endpointId, request) {
      const { service, inFlight } = generations.current;
      return inFlight.during(() => callEndpoint(service, endpointId, request));
    },
    async listen({ host, port } = {}) {
      const { server: defaults } = generations.current.service.config;
      const { tls } = defaults;
      const address = await listener.listen(host ?? defaults.host, port ?? defaults.port, tls);
      return listeningUrl(address, tls !== undefined);
    },
    reload: () => reloader.reload(),
    close: () => (closed ??= closeAll()),
  };

  async function closeAll(): Promise<boolean> {
    const stopping = reloader.stop();
    const isComplete = await listener.stop(generations.current.service.config.server.shutdownTimeoutMs);
    await stopping;
    await Promise.all(companions.map((each) => each.close()));
    await generations.close();
    return isComplete;
  }
}
