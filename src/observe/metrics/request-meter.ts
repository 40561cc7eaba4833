import { metrics } from "./definitions.js";
import type { Registry } from "./registry.js";
import type { Value } from "./series.js";

/** Counts the requests of one route and method. */
export class RequestMeter {
  private readonly registry: Registry;
  private readonly method: string;
  private readonly route: string;
  private readonly duration;
  /** By status. */
  private readonly counts: (Value | undefined)[] = [];

  constructor(registry: Registry, method: string, route: string) {
    this.registry = registry;
    this.method = method;
    this.route = route;
    this.duration = registry.histogram(metrics.requestDuration, method, route);
  }

  answered(status: number, durationMs: number): void {
    const count = (this.counts[status] ??= this.countOf(status));
    count.add();
    this.duration.observe(durationMs / 1000);
  }

  private countOf(status: number): Value {
    return this.registry.counter(metrics.requests, this.method, this.route, String(status));
  }
}
