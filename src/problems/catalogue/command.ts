/** Placeholder. */
export const commandProblems = {};
