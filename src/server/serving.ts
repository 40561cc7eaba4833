import "fastify";
import type { Logger } from "../observe/logger.js";
import type { Problem } from "../problems/problem.js";
import type { Service } from "../service.js";
import type { RequestMeter } from "../observe/metrics/request-meter.js";
import type { RequestTrace } from "../observe/traces/request-trace.js";
import type { ServiceTracer } from "./service-tracer.js";
import type { ServiceMetrics } from "./service-metrics.js";
import type { Authenticator } from "./auth/authenticator.js";
import type { Identity } from "./auth/identity.js";
import type { RequestCounter } from "./limits/request-counts.js";
import type { HangUps } from "./exchanges/hang-ups.js";

declare module "fastify" {
  interface FastifyRequest {
    /** The run of an endpoint that answers this request; `undefined` on every other route. */
    executionId: string | undefined;
    /** The path of that endpoint as the configuration writes it, the prefix included. */
    endpointPath: string | undefined;
    /** Who calls, where a route asks. */
    identity: Identity | undefined;
    /** What the caller was told instead of an answer. */
    problem: Problem | undefined;
    /** Where requests are traced. */
    trace: RequestTrace | undefined;
  }
  interface FastifyContextConfig {
    /** The route as the configuration writes it. */
    path?: string;
    /** The id of the endpoint that answers it. */
    endpoint?: string;
    /** Where its requests are counted, by method. */
    meters?: Readonly<Record<string, RequestMeter>>;
  }
}

/** What all routes of one generation share. */
export interface Serving {
  readonly service: Service;
  readonly logger: Logger;
  readonly hangUps: HangUps;
  readonly authenticator: Authenticator;
  readonly counter: RequestCounter;
  /** Whether the server is shutting down: connections are then closed after their reply. */
  readonly isStopping: () => boolean;
  /** `undefined` where nothing is traced. */
  readonly tracer?: ServiceTracer | undefined;
  /** Where requests are counted; `undefined` where nobody looks. */
  readonly metrics?: ServiceMetrics | undefined;
}
