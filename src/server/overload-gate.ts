import type { IncomingMessage, ServerResponse } from "node:http";
import type { OverloadConfig } from "../config/model.js";
import type { EventLoopWatch } from "../observe/event-loop-watch.js";
import type { Logger } from "../observe/logger.js";
import { failure } from "../problems/orchestrator-error.js";
import { healthPaths } from "./routes/health-routes.js";
import { problemContentType, problemResponse } from "./problems/problem-response.js";
import type { ServiceMetrics } from "./service-metrics.js";

export type ShedReason = "in_flight" | "event_loop_delay";

export interface GateTools {
  readonly loop: EventLoopWatch;
  /** How many requests are at work, those of older configurations included. */
  readonly inFlight: () => number;
  readonly logger: Logger;
  readonly metrics: ServiceMetrics | undefined;
}

const retryAfterMs = 1_000;
const tellEveryMs = 10_000;

/**
 * Refuses requests before anything else looks at them, so that a refusal costs next to nothing: its reply is made once.
 * Probes are always let through.
 */
export class OverloadGate {
  private readonly limits: OverloadConfig;
  private readonly tools: GateTools;
  private readonly body: Buffer;
  private readonly headers: string[];
  private refused = 0;
  private toldAtMs = -Infinity;

  constructor(limits: OverloadConfig, tools: GateTools) {
    this.limits = limits;
    this.tools = tools;
    const { problem } = failure("SERVICE_OVERLOADED", {}, { retryAfterMs });
    const { body, retryAfter } = problemResponse(problem, {
      instance: undefined,
      executionId: undefined,
      isDebug: false,
    });
    this.body = Buffer.from(body);
    this.headers = [
      ...["content-type", problemContentType, "content-length", String(this.body.length)],
      ...["retry-after", retryAfter!, "x-content-type-options", "nosniff"],
    ];
    tools.loop.start();
  }

  /** Answers whether it has replied to a request because the service is busy. */
  refuses(request: IncomingMessage, response: ServerResponse): boolean {
    const reason = this.reason();
    if (reason === undefined || isProbe(request.url!)) return false;
    response.writeHead(503, this.headers).end(this.body);
    this.tools.metrics?.shed(reason);
    this.tell(reason);
    return true;
  }

  private reason(): ShedReason | undefined {
    const { limits, tools } = this;
    if (tools.inFlight() >= limits.maxInFlight) return "in_flight";
    return tools.loop.sustainedDelayMs > limits.maxEventLoopDelayMs ? "event_loop_delay" : undefined;
  }

  /** A line for each of them would be load of its own. */
  private tell(reason: ShedReason): void {
    this.refused += 1;
    const nowMs = Date.now();
    if (nowMs - this.toldAtMs < tellEveryMs) return;
    this.toldAtMs = nowMs;
    this.tools.logger.warn({ reason, refused: this.refused }, "Overloaded: requests are refused.");
    this.refused = 0;
  }
}

const probes: readonly string[] = healthPaths;

function isProbe(url: string): boolean {
  const query = url.indexOf("?");
  return probes.includes(query === -1 ? url : url.slice(0, query));
}
