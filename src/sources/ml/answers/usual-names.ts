import type { Outputs } from "../model.js";

const usualLabels = ["label", "output_label", "predict", "predicted_label", "predicted_class", "class"];
const usualProbabilities = ["probabilities", "output_probability", "predict_proba"];

/** Which of some outputs is the label: the one that is declared to be, else one that is named as labels usually are. */
export function labelAmong(names: readonly string[], declared: Outputs | undefined): string | undefined {
  return declared?.label ?? usualLabels.find((name) => names.includes(name));
}

/** As `labelAmong`, for the output with a probability for each class. */
export function probabilitiesAmong(
  names: readonly string[],
  declared: Outputs | undefined,
): string | undefined {
  return declared?.probabilities ?? usualProbabilities.find((name) => names.includes(name));
}
