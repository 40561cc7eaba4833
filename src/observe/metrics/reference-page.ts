import type { Definition } from "./definition.js";
import { metrics } from "./definitions.js";

/** `docs/reference/metrics.md`. */
export function metricsReference(): string {
  return `# Metrics: reference

<!-- Generated from src/observe/metrics; do not edit. -->

\`GET /metrics\` of the admin listener answers these in the text form of Prometheus. Durations are in seconds. A series
appears with its first event; with several workers, the numbers are those of all of them, added up unless it says
otherwise. How to use them stands in [production.md](../production.md).

| metric | kind | labels | what it says |
| --- | --- | --- | --- |
${Object.values(metrics).map(row).join("\n")}
`;
}

function row({ name, kind, labels, help, buckets }: Definition): string {
  const shown = labels.length === 0 ? "–" : labels.map((label) => `\`${label}\``).join(", ");
  const bounds = buckets.length === 0 ? "" : ` Buckets: ${buckets.join(", ")}.`;
  return `| \`${name}\` | ${kind} | ${shown} | ${help}${bounds} |`;
}
