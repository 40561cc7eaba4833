import type { TensorSignature } from "../tensors/tensor.js";
import type { Feature } from "./feature.js";

/** The places in the feature vector that each input of a model is filled from. A text says why they cannot be. */
export function placeFeatures(
  features: readonly Feature[],
  inputs: readonly TensorSignature[],
  inputOf: (feature: Feature) => string,
): ReadonlyMap<string, readonly number[]> | string {
  const places = new Map<string, number[]>(inputs.map(({ name }) => [name, []]));
  for (const [place, feature] of features.entries()) {
    const name = inputOf(feature);
    const input = inputs.find((each) => each.name === name);
    if (input === undefined)
      return `it has no input "${name}", but ${inputs.map((each) => `"${each.name}"`).join(", ")}`;
    if (feature.type !== undefined && feature.type !== input.type)
      return `"${feature.name}" is declared as ${feature.type}, and its input "${name}" is ${input.type}`;
    places.get(name)!.push(place);
  }
  return places;
}

/** How many elements a row of some features has. */
export function widthOf(places: readonly number[], features: readonly Feature[]): number {
  return places.reduce((sum, place) => sum + features[place]!.width, 0);
}

/** Why rows of that many elements do not fit into an input; `undefined` where they do, or its size is open. */
export function misfitOfWidth({ name, shape }: TensorSignature, width: number): string | undefined {
  const inner = shape?.slice(1);
  if (inner === undefined || inner.includes(undefined)) return undefined;
  const wanted = inner.reduce<number>((product, size) => product * size!, 1);
  if (wanted === width) return undefined;
  return `the features of its input "${name}" have ${width} values a row, and it takes ${wanted}`;
}
