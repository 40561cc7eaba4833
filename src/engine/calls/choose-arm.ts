import { createHash } from "node:crypto";
import type { JsonValue } from "../../expression/value.js";

/** What is chosen from: a name that stays the same when weights change, and a share. */
export interface Weighted {
  readonly identity: string;
  readonly weight: number;
}

/** Chooses at random, each as often as its weight says. */
export function randomArm(arms: readonly Weighted[]): number {
  const sum = arms.reduce((total, { weight }) => total + weight, 0);
  let left = Math.random() * sum;
  for (const [index, { weight }] of arms.entries()) {
    left -= weight;
    if (left < 0) return index;
  }
  return arms.findLastIndex(({ weight }) => weight > 0);
}

/**
 * Chooses the same for the same value: each arm draws a number from the value and its own name alone, weighs it, and
 * the highest wins. A weight that is raised makes one arm win more often and changes nothing between the others, so
 * that nobody moves but to that arm.
 */
export function stickyArm(arms: readonly Weighted[], value: JsonValue): number {
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  let chosen = 0;
  let highest = -Infinity;
  for (const [index, { identity, weight }] of arms.entries()) {
    const score = weight === 0 ? -Infinity : Math.log(drawn(identity, text)) / weight;
    if (score <= highest) continue;
    chosen = index;
    highest = score;
  }
  return chosen;
}

/** A number above 0 and below 1. */
function drawn(identity: string, text: string): number {
  const bytes = createHash("sha256").update(identity).update("\0").update(text).digest();
  return (bytes.readUIntBE(0, 6) + 0.5) / 2 ** 48;
}
