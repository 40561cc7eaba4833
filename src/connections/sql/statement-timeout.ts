/** Never below this, so that the caller's own wait ends first. */
const graceMs = 1_000;
const longestMs = 2 ** 31 - 1;

/**
 * The limit for statements that a session is to have in the server, so that none outlives this process; `undefined`
 * where the one it has will do. Limits are coarse, so that a session seldom needs another one: the precise wait is the
 * caller's, who stops the statement then.
 */
export function timeoutFor(budgetMs: number, presentMs: number): number | undefined {
  const neededMs = Math.max(0, budgetMs) + graceMs;
  if (presentMs >= neededMs && presentMs <= neededMs * 8) return undefined;
  return Math.min(longestMs, graceMs * 2 ** Math.ceil(Math.log2(neededMs / graceMs)));
}
