import { performance } from "node:perf_hooks";
import type { EventLoopWatch } from "../event-loop-watch.js";
import { metrics } from "./definitions.js";
import type { Registry } from "./registry.js";

/** What the process itself uses. */
export function processMetrics(registry: Registry, loop: EventLoopWatch, version: string): void {
  const delay = registry.histogram(metrics.eventLoopDelay);
  const cpu = registry.counter(metrics.processCpu);
  const active = registry.counter(metrics.eventLoopActive);
  loop.onLook((delayMs) => delay.observe(delayMs / 1000));
  registry.onCollect(() => {
    const { user, system } = process.cpuUsage();
    const { rss, heapUsed } = process.memoryUsage();
    cpu.value = (user + system) / 1e6;
    active.value = performance.eventLoopUtilization().active / 1000;
    registry.set(metrics.processMemory, rss);
    registry.set(metrics.heapUsed, heapUsed);
    registry.set(metrics.uptime, process.uptime());
    registry.set(metrics.info, 1, version, process.versions.node);
  });
}
