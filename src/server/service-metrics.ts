import { packageVersion } from "../host/package-version.js";
import type { Meter } from "../contracts/meter.js";
import type { EventLoopWatch } from "../observe/event-loop-watch.js";
import { metrics } from "../observe/metrics/definitions.js";
import { engineMeter } from "../observe/metrics/engine-meter.js";
import { processMetrics } from "../observe/metrics/process-metrics.js";
import { Registry } from "../observe/metrics/registry.js";
import { RequestMeter } from "../observe/metrics/request-meter.js";
import type { MemoryCache } from "../opening/memory-cache.js";
import type { Value } from "../observe/metrics/series.js";
import type { ShedReason } from "./overload-gate.js";
import type { Generations } from "./generations/generations.js";

/** What this process counts, through all its generations. */
export class ServiceMetrics {
  readonly registry = new Registry();
  /** For the engine. */
  readonly meter: Meter = engineMeter(this.registry);
  /** For requests of no route. */
  readonly unrouted = this.request("(any)", "(none)");

  private readonly sheds: Readonly<Record<ShedReason, Value>> = {
    in_flight: this.registry.counter(metrics.requestsShed, "in_flight"),
    event_loop_delay: this.registry.counter(metrics.requestsShed, "event_loop_delay"),
  };

  constructor(loop: EventLoopWatch) {
    loop.start();
    processMetrics(this.registry, loop, packageVersion());
  }

  request(method: string, route: string): RequestMeter {
    return new RequestMeter(this.registry, method, route);
  }

  shed(reason: ShedReason): void {
    this.sheds[reason].add();
  }

  reloaded(result: string): void {
    this.registry.counter(metrics.reloads, result).add();
  }

  /** Looks at what serves whenever somebody asks. */
  watch(generations: Generations, cacheOf: () => MemoryCache | undefined): void {
    const { registry } = this;
    registry.onCollect(() => {
      registry.set(metrics.requestsInFlight, generations.inFlight);
      registry.set(metrics.generation, generations.current.number);
      registry.set(metrics.workers, 1);
      const cache = cacheOf();
      registry.set(metrics.cacheBytes, cache?.bytes ?? 0);
      registry.set(metrics.cacheEntries, cache?.size ?? 0);
      this.setSources(generations);
    });
  }

  private setSources({ current: { service } }: Generations): void {
    const { registry } = this;
    for (const [id, { busy, idle, waiting }] of service.sourceLoads?.() ?? []) {
      registry.set(metrics.poolConnections, busy, id, "busy");
      registry.set(metrics.poolConnections, idle, id, "idle");
      registry.set(metrics.poolWaiting, waiting, id);
    }
    for (const { step, operation, counts } of service.shadowConditions?.() ?? []) {
      const { timedOut, ...others } = counts;
      for (const [result, count] of Object.entries({ ...others, timed_out: timedOut }))
        registry.counter(metrics.shadowCalls, step, operation, result).value = count;
    }
    for (const { source, operation = "", breaker, running, waiting } of service.sourceConditions?.() ?? []) {
      if (breaker !== undefined)
        registry.set(metrics.breakerState, breakerNumbers[breaker], source, operation);
      if (running === undefined || waiting === undefined) continue;
      registry.set(metrics.bulkheadRunning, running, source, operation);
      registry.set(metrics.bulkheadWaiting, waiting, source, operation);
    }
  }
}

const breakerNumbers = { closed: 0, half_open: 1, open: 2 } as const;
