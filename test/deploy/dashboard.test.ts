import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { metrics } from "../../src/observe/metrics/definitions.js";
import type { Definition } from "../../src/observe/metrics/definition.js";

interface Dashboard {
  readonly panels: readonly {
    readonly title: string;
    readonly targets: readonly { readonly expr: string; readonly legendFormat: string }[];
  }[];
}

const path = new URL("../../deploy/grafana-dashboard.json", import.meta.url);
const dashboard = JSON.parse(readFileSync(path, "utf8")) as Dashboard;
const definitions: readonly Definition[] = Object.values(metrics);
const series = new Map(
  definitions.map(({ name, kind, labels }) => [kind === "histogram" ? `${name}_bucket` : name, labels]),
);

test("the dashboard asks for metrics and labels that there are", () => {
  const asked = dashboard.panels.flatMap(({ title, targets }) =>
    targets.map((target) => ({ title, ...target })),
  );
  expect(asked.length).toBeGreaterThan(20);
  for (const { title, expr, legendFormat } of asked) {
    const names = expr.match(/\b(?:orchestrator|process|nodejs)_[a-z_]+/g) ?? [];
    expect(names.length, title).toBeGreaterThan(0);
    for (const name of names) expect([...series.keys()], title).toContain(name);
    const labels = new Set(["instance", "le", ...names.flatMap((name) => series.get(name)!)]);
    const grouped = [...expr.matchAll(/by \(([^)]*)\)/g)].flatMap(([, list]) => list!.split(", "));
    const shown = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label!);
    for (const label of [...grouped, ...shown]) expect([...labels], `${title}: ${label}`).toContain(label);
  }
});

test("every metric has a place on it but those that say little by themselves", () => {
  const all = JSON.stringify(dashboard);
  const missing = definitions.filter(({ name }) => !all.includes(name)).map(({ name }) => name);
  expect(missing.sort()).toEqual([
    "orchestrator_bulkhead_running",
    "orchestrator_bulkhead_waiting",
    "orchestrator_cache_entries",
    "orchestrator_shadow_calls_total",
    "orchestrator_spans_total",
    "orchestrator_uptime_seconds",
    "orchestrator_worker_restarts_total",
    "orchestrator_workers",
  ]);
});
