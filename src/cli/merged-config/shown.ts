import type { Location } from "../../problems/location.js";

/** A merged configuration as it is shown: secrets are masked, and every single value knows where it came from. */
export type Shown = ShownScalar | ShownMapping | ShownList;

export interface ShownScalar {
  readonly kind: "scalar";
  readonly value: string | number | boolean | null;
  readonly origin: Origin;
}

export interface ShownMapping {
  readonly kind: "mapping";
  readonly entries: readonly (readonly [key: string, value: Shown])[];
}

export interface ShownList {
  readonly kind: "list";
  readonly items: readonly Shown[];
}

export type Origin =
  | { readonly kind: "default" }
  | { readonly kind: "file"; readonly location: Location; readonly variables: readonly UsedVariable[] };

export interface UsedVariable {
  /** As `${…}` names it. */
  readonly name: string;
  /** False where the text after `:-` stands for it, or nothing does. */
  readonly isSet: boolean;
}

/** The value alone, without where it came from. */
export function plainValue(shown: Shown): unknown {
  if (shown.kind === "scalar") return shown.value;
  if (shown.kind === "list") return shown.items.map(plainValue);
  return Object.fromEntries(shown.entries.map(([key, value]) => [key, plainValue(value)]));
}

/** Every single value with its JSON Pointer, in the order of the tree. */
export function originsOf(shown: Shown, pointer = ""): readonly (readonly [string, Origin])[] {
  if (shown.kind === "scalar") return [[pointer, shown.origin]];
  const parts =
    shown.kind === "list" ? shown.items.map((item, index) => [index, item] as const) : shown.entries;
  return parts.flatMap(([key, value]) => originsOf(value, `${pointer}/${escapeKey(String(key))}`));
}

const escapeKey = (key: string) => key.replaceAll("~", "~0").replaceAll("/", "~1");
