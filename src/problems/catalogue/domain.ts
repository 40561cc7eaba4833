/** Placeholder. */
export const domainProblems = {};
