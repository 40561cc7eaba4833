import type { Logger } from "../../observe/logger.js";
import type { Generation } from "./generation.js";
import { OverloadGate, type GateTools } from "../overload-gate.js";
import type { EventLoopWatch } from "../../observe/event-loop-watch.js";
import type { ServiceMetrics } from "../service-metrics.js";
import type { EarlyRequest } from "../listening/early-requests.js";
import type { Listener, RequestHandler } from "../listening/listener.js";
import { RequestTracker } from "./requests-in-flight.js";

export interface GenerationsOptions {
  readonly listener: Listener;
  readonly logger: Logger;
  readonly loop: EventLoopWatch;
  readonly metrics?: ServiceMetrics | undefined;
}

/** How many replaced generations may still be at work; the next reload waits until there are fewer. */
export const mostRetired = 4;

interface Retired {
  readonly generation: Generation;
  readonly sinceMs: number;
  readonly gone: Promise<void>;
}

/** The generation that serves, and those before it that still have requests to answer. */
export class Generations {
  private readonly listener: Listener;
  private readonly logger: Logger;
  private readonly gateTools: GateTools;
  private readonly tracker = new RequestTracker();
  private readonly retired = new Set<Retired>();
  private serving: Generation;

  constructor(first: Generation, { listener, logger, loop, metrics }: GenerationsOptions) {
    this.listener = listener;
    this.logger = logger;
    this.gateTools = { loop, inFlight: () => this.inFlight, logger, metrics };
    this.serving = first;
    this.serve(first);
  }

  get current(): Generation {
    return this.serving;
  }

  /** Oldest first. */
  get old(): readonly Generation[] {
    return [...this.retired].map(({ generation }) => generation);
  }

  /** Requests that are not answered yet, whoever answers them. */
  get inFlight(): number {
    let count = this.serving.inFlight.count;
    for (const { generation } of this.retired) count += generation.inFlight.count;
    return count;
  }

  /** Every request from now on goes to this generation; the one before it ends when it has answered its own. */
  swap(next: Generation): void {
    const before = this.serving;
    this.serving = next;
    this.serve(next);
    const retired = { generation: before, sinceMs: Date.now(), gone: this.retire(before) };
    this.retired.add(retired);
    void retired.gone.then(() => this.retired.delete(retired));
  }

  /**
   * Waits until one more generation may be replaced: while too many are at work, for the oldest to end. It has
   * `server.shutdown_timeout` from its replacement on; then its requests are cut off.
   */
  async makeRoom(): Promise<void> {
    while (this.retired.size >= mostRetired) {
      const [oldest] = this.retired;
      await this.endInTime(oldest!);
    }
  }

  /** Closes all. Nothing that is in flight is waited for. */
  async close(): Promise<void> {
    for (const { generation } of this.retired) generation.inFlight.cut();
    await Promise.all([...this.retired].map(({ gone }) => gone));
    await this.serving.close();
  }

  private serve(generation: Generation): void {
    const { server, inFlight } = generation;
    const { overload } = generation.service.config.server;
    const gate = overload && new OverloadGate(overload, this.gateTools);
    const answer: RequestHandler = (request, response) => {
      if (gate?.refuses(request, response) === true) return;
      this.tracker.enter(request, response, inFlight);
      server.routing(request, response);
    };
    const early =
      gate &&
      (({ target, socket }: EarlyRequest) =>
        !this.tracker.isBusy(socket) && gate.refusesEarly(target, socket));
    this.listener.serve(answer, early);
  }

  private async retire(generation: Generation): Promise<void> {
    await generation.inFlight.none();
    try {
      await generation.close();
    } catch (error) {
      this.logger.warn(
        { err: error, generation: generation.number },
        "An old generation did not close well.",
      );
    }
  }

  private async endInTime({ generation, sinceMs, gone }: Retired): Promise<void> {
    const leftMs = sinceMs + generation.service.config.server.shutdownTimeoutMs - Date.now();
    const timer = setTimeout(
      () => {
        const { number, inFlight } = generation;
        this.logger.warn(
          { generation: number, requests: inFlight.count },
          "An old generation is cut off: too many are at work.",
        );
        inFlight.cut();
      },
      Math.max(0, leftMs),
    );
    await gone;
    clearTimeout(timer);
  }
}
