import type { Definition, LabelValues } from "./definition.js";
import { Distribution, Value } from "./series.js";
import type { Snapshot } from "./snapshot.js";

interface Series<Of> {
  readonly labels: readonly string[];
  readonly slot: Of;
}

/**
 * The numbers of this process. A slot is asked for once, by those who know their labels, and kept by them; asked for
 * again, also after a reload, it is the same one.
 */
export class Registry {
  private readonly families = new Map<Definition, Map<string, Series<Value | Distribution>>>();
  private readonly collectors = new Set<() => void>();

  counter<Labels extends readonly string[]>(
    definition: Definition<Labels>,
    ...labels: LabelValues<Labels>
  ): Value {
    return this.slot(definition, labels, () => new Value());
  }

  histogram<Labels extends readonly string[]>(
    definition: Definition<Labels>,
    ...labels: LabelValues<Labels>
  ): Distribution {
    return this.slot(definition, labels, () => new Distribution(definition.buckets));
  }

  /** Only while collecting: gauges are gone at the next look unless they are set again. */
  set<Labels extends readonly string[]>(
    definition: Definition<Labels>,
    value: number,
    ...labels: LabelValues<Labels>
  ): void {
    this.slot(definition, labels, () => new Value()).value = value;
  }

  /** Has something called before each look, to set gauges. */
  onCollect(collect: () => void): void {
    this.collectors.add(collect);
  }

  snapshot(): Snapshot {
    for (const [{ kind }, series] of this.families) if (kind === "gauge") series.clear();
    for (const collect of this.collectors) collect();
    return [...this.families].map(([{ name }, series]) => ({
      name,
      series: [...series.values()].map(({ labels, slot }) => ({ labels, numbers: slot.numbers() })),
    }));
  }

  private slot<Of extends Value | Distribution>(
    definition: Definition,
    labels: readonly string[],
    make: () => Of,
  ): Of {
    let family = this.families.get(definition);
    if (family === undefined) this.families.set(definition, (family = new Map()));
    const key = JSON.stringify(labels);
    const known = family.get(key);
    if (known !== undefined) return known.slot as Of;
    const slot = make();
    family.set(key, { labels, slot });
    return slot;
  }
}
