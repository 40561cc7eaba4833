/** A query of SQLite that counts for a second or two; nothing can interrupt it. */
export const slowQuery =
  "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000000) SELECT count(*) AS n FROM n";
