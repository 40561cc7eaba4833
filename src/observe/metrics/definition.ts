/** What a metric is: its name, what it says, and the labels that tell its series apart. */
export interface Definition<Labels extends readonly string[] = readonly string[]> {
  readonly name: string;
  readonly kind: "counter" | "gauge" | "histogram";
  readonly help: string;
  readonly labels: Labels;
  /** Of a histogram: the upper bounds of its buckets, the last one without an end left out. */
  readonly buckets: readonly number[];
  /** How one value comes of those of several processes. */
  readonly across: "sum" | "max";
}

/** The value of each label, in the order of the definition. */
export type LabelValues<Labels extends readonly string[]> = { readonly [Key in keyof Labels]: string };

export function counter<const Labels extends readonly string[]>(
  name: string,
  help: string,
  labels: Labels,
): Definition<Labels> {
  return { name, kind: "counter", help, labels, buckets: [], across: "sum" };
}

export function gauge<const Labels extends readonly string[]>(
  name: string,
  help: string,
  labels: Labels,
  across: "sum" | "max" = "sum",
): Definition<Labels> {
  return { name, kind: "gauge", help, labels, buckets: [], across };
}

export function histogram<const Labels extends readonly string[]>(
  name: string,
  help: string,
  labels: Labels,
  buckets: readonly number[],
): Definition<Labels> {
  return { name, kind: "histogram", help, labels, buckets, across: "sum" };
}
