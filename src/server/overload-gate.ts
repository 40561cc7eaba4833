import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { OverloadConfig } from "../config/model.js";
import type { EventLoopWatch } from "../observe/event-loop-watch.js";
import type { Logger } from "../observe/logger.js";
import { failure } from "../problems/orchestrator-error.js";
import { healthPaths } from "./routes/health-routes.js";
import { rawProblem, rawText } from "./problems/raw-problem.js";
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
  private readonly refusal = rawProblem(failure("SERVICE_OVERLOADED", {}, { retryAfterMs }));
  private readonly refusalHeaders = Object.entries(this.refusal.headers).flat();
  private readonly refusalText = rawText(this.refusal, "keep-alive");
  private refused = 0;
  private toldAtMs = -Infinity;

  constructor(limits: OverloadConfig, tools: GateTools) {
    this.limits = limits;
    this.tools = tools;
    tools.loop.start();
  }

  /** Answers whether it has replied to a request because the service is busy. */
  refuses(request: IncomingMessage, response: ServerResponse): boolean {
    const reason = this.reason(request.url!);
    if (reason === undefined) return false;
    response.writeHead(this.refusal.status, this.refusalHeaders).end(this.refusal.body);
    this.note(reason);
    return true;
  }

  /** The same for a request that no parser has seen; the connection stays open. */
  refusesEarly(target: string, socket: Socket): boolean {
    const reason = this.reason(target);
    if (reason === undefined) return false;
    socket.write(this.refusalText, "latin1");
    this.note(reason);
    return true;
  }

  private reason(target: string): ShedReason | undefined {
    const { limits, tools } = this;
    const isFull = tools.inFlight() >= limits.maxInFlight;
    const isLate = tools.loop.sustainedDelayMs > limits.maxEventLoopDelayMs;
    if (!(isFull || isLate) || isProbe(target)) return undefined;
    return isFull ? "in_flight" : "event_loop_delay";
  }

  /** A line for each of them would be load of its own. */
  private note(reason: ShedReason): void {
    this.tools.metrics?.shed(reason);
    this.refused += 1;
    const nowMs = Date.now();
    if (nowMs - this.toldAtMs < tellEveryMs) return;
    this.toldAtMs = nowMs;
    this.tools.logger.warn({ reason, refused: this.refused }, "Overloaded: requests are refused.");
    this.refused = 0;
  }
}

const probes: readonly string[] = healthPaths;

function isProbe(target: string): boolean {
  const query = target.indexOf("?");
  return probes.includes(query === -1 ? target : target.slice(0, query));
}
