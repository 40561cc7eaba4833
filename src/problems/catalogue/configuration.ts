/** Placeholder. */
export const configurationProblems = {};
