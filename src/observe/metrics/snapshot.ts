import type { Definition } from "./definition.js";
import { metrics } from "./definitions.js";

/** The numbers of one process at one moment, as they go from one process to another. */
export type Snapshot = readonly SnapshotFamily[];

interface SnapshotFamily {
  readonly name: string;
  readonly series: readonly SnapshotSeries[];
}

export interface SnapshotSeries {
  readonly labels: readonly string[];
  readonly numbers: readonly number[];
}

const definitions = new Map<string, Definition>(Object.values(metrics).map((each) => [each.name, each]));

/** The numbers of several processes as those of one. */
export function mergeSnapshots(snapshots: readonly Snapshot[]): Snapshot {
  return [...definitions.values()].flatMap(({ name, across }) => {
    const merged = new Map<string, SnapshotSeries>();
    for (const { labels, numbers } of snapshots.flatMap((each) => seriesOf(each, name))) {
      const key = JSON.stringify(labels);
      const before = merged.get(key)?.numbers;
      merged.set(key, {
        labels,
        numbers: before === undefined ? numbers : together(before, numbers, across),
      });
    }
    return merged.size === 0 ? [] : [{ name, series: [...merged.values()] }];
  });
}

function seriesOf(snapshot: Snapshot, name: string): readonly SnapshotSeries[] {
  return snapshot.find((family) => family.name === name)?.series ?? [];
}

function together(some: readonly number[], more: readonly number[], across: Definition["across"]): number[] {
  return some.map((each, index) => (across === "sum" ? each + more[index]! : Math.max(each, more[index]!)));
}

export const metricsContentType = "text/plain; version=0.0.4; charset=utf-8";

/** The text form of Prometheus, 0.0.4. */
export function formatMetrics(snapshot: Snapshot): string {
  return snapshot.map(({ name, series }) => formatFamily(definitions.get(name)!, series)).join("");
}

function formatFamily(definition: Definition, series: readonly SnapshotSeries[]): string {
  const { name, kind, help } = definition;
  const lines = series.flatMap((each) => formatSeries(definition, each));
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${kind}`, ...lines, ""].join("\n");
}

function formatSeries(definition: Definition, { labels, numbers }: SnapshotSeries): readonly string[] {
  const { name, kind, buckets } = definition;
  const pairs = definition.labels.map((label, index) => `${label}="${escaped(labels[index]!)}"`);
  if (kind !== "histogram") return [`${name}${braced(pairs)} ${numbers[0]}`];
  let count = 0;
  const lines = [...buckets, "+Inf"].map((bound, index) => {
    count += numbers[index]!;
    return `${name}_bucket${braced([...pairs, `le="${bound}"`])} ${count}`;
  });
  return [
    ...lines,
    `${name}_sum${braced(pairs)} ${numbers.at(-1)}`,
    `${name}_count${braced(pairs)} ${count}`,
  ];
}

function braced(pairs: readonly string[]): string {
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function escaped(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
