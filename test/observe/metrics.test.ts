import { expect, test } from "vitest";
import { metrics } from "../../src/observe/metrics/definitions.js";
import { Registry } from "../../src/observe/metrics/registry.js";
import { formatMetrics, mergeSnapshots } from "../../src/observe/metrics/snapshot.js";

test("numbers of several processes become those of one", () => {
  const [one, two] = [new Registry(), new Registry()];
  one.counter(metrics.retries, "api.a", "get").add(2);
  two.counter(metrics.retries, "api.a", "get").add(3);
  two.counter(metrics.retries, "api.b", "get").add();
  one.histogram(metrics.eventLoopDelay).observe(0.0005);
  two.histogram(metrics.eventLoopDelay).observe(7);
  one.onCollect(() => one.set(metrics.generation, 3));
  two.onCollect(() => two.set(metrics.generation, 2));
  const text = formatMetrics(mergeSnapshots([one.snapshot(), two.snapshot()]));
  expect(text).toContain('orchestrator_retries_total{source="api.a",operation="get"} 5\n');
  expect(text).toContain('orchestrator_retries_total{source="api.b",operation="get"} 1\n');
  expect(text).toContain("# TYPE orchestrator_event_loop_delay_seconds histogram\n");
  expect(text).toContain('orchestrator_event_loop_delay_seconds_bucket{le="0.001"} 1\n');
  expect(text).toContain('orchestrator_event_loop_delay_seconds_bucket{le="1"} 1\n');
  expect(text).toContain('orchestrator_event_loop_delay_seconds_bucket{le="+Inf"} 2\n');
  expect(text).toContain("orchestrator_event_loop_delay_seconds_sum 7.0005\n");
  expect(text).toContain("orchestrator_event_loop_delay_seconds_count 2\n");
  expect(text, "the greatest, not the sum").toContain("orchestrator_generation 3\n");
});

test("a gauge that is set no more is gone; a counter stays", () => {
  const registry = new Registry();
  let sources = ["a", "b"];
  registry.onCollect(() => sources.forEach((source) => registry.set(metrics.poolWaiting, 1, source)));
  registry.counter(metrics.reloads, "refused").add();
  registry.snapshot();
  sources = ["b"];
  const text = formatMetrics(registry.snapshot());
  expect(text).not.toContain('source="a"');
  expect(text).toContain('orchestrator_pool_waiting{source="b"} 1\n');
  expect(text).toContain('orchestrator_reloads_total{result="refused"} 1\n');
});

test("labels are escaped", () => {
  const registry = new Registry();
  registry.counter(metrics.reloads, 'a"b\\c\nd').add();
  expect(formatMetrics(registry.snapshot())).toContain('{result="a\\"b\\\\c\\nd"} 1\n');
});

test("names, and what is written of them, are such that Prometheus takes them", () => {
  const all = Object.values(metrics);
  expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
  for (const { name, help, labels, kind } of all) {
    expect(name).toMatch(/^[a-z_]+$/);
    expect(help).not.toMatch(/[\n\\|]/);
    expect(labels.every((label) => /^[a-z]+$/.test(label))).toBe(true);
    expect(name.endsWith("_total"), name).toBe(kind === "counter");
  }
});
