import type { CombineRule } from "../../../contracts/source.js";

interface Weighted {
  readonly value: number;
  readonly weight: number;
}

/** One number of several. Weights count for `weighted_mean` alone; where all are 0 it is the mean. */
export function combineNumbers(rule: CombineRule, numbers: readonly Weighted[]): number {
  const values = numbers.map(({ value }) => value);
  switch (rule) {
    case "max":
      return Math.max(...values);
    case "min":
      return Math.min(...values);
    case "median":
      return median(values);
    case "weighted_mean":
      return weightedMean(numbers);
    default:
      return mean(values);
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((first, second) => first - second);
  const middle = sorted.length / 2;
  return Number.isInteger(middle) ? (sorted[middle - 1]! + sorted[middle]!) / 2 : sorted[Math.floor(middle)]!;
}

function weightedMean(numbers: readonly Weighted[]): number {
  const sum = numbers.reduce((total, { weight }) => total + weight, 0);
  if (sum === 0) return mean(numbers.map(({ value }) => value));
  return numbers.reduce((total, { value, weight }) => total + value * weight, 0) / sum;
}
