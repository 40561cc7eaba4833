import type { StoredView } from "./online-store.js";

/**
 * All views in one statement with one answer, a text. Thousands of rows would cost more to hand between threads than to
 * read, and one text costs nothing. For each view it has four lines with an entry for each stored feature: the number of
 * the cell (see `cellNumbers`), the time, how many bytes the value has, and in the last one, without commas, the bytes of
 * all of them.
 */
export function valuesStatement(views: readonly StoredView[], project: string): string {
  const parts = views.map(({ name, features, allFeatures, group }) => {
    const numbers = features.map((feature, index) => `WHEN ${quoted(feature)} THEN ${index}`).join(" ");
    const lines = [
      `k.key * ${cellNumbers(features.length)} + CASE t.feature_name ${numbers} ELSE ${features.length} END`,
      "ifnull(t.event_ts, '')",
      "ifnull(length(CAST(t.value AS BLOB)), 0)",
    ].map((column) => `ifnull(group_concat(${column}), '') || char(10)`);
    return `(SELECT ${lines.join(" || ")} || ifnull(group_concat(hex(t.value), ''), '')
      FROM json_each(?${group + 1}) k CROSS JOIN ${tableName(project, name)} t
        ON t.entity_key = unhex(k.value) AND ${featureCondition(features, allFeatures)})`;
  });
  return `SELECT ${parts.join(" || char(10) || ")}`;
}

/** A line for each view: the numbers of the keys that have any feature of it, each with a time before the next comma. */
export function timesStatement(views: readonly StoredView[], project: string): string {
  const parts = views.map(
    ({ name, group }) => `(SELECT ifnull(group_concat(k.key || ' ' ||
      (SELECT ifnull(t.event_ts, '') FROM ${tableName(project, name)} t WHERE t.entity_key = unhex(k.value) LIMIT 1)), '')
      FROM json_each(?${group + 1}) k)`,
  );
  return `SELECT ${parts.join(" || char(10) || ")}`;
}

/** So many numbers each key has: one for each feature, and one for those that nobody asked for. */
export function cellNumbers(features: number): number {
  return features + 1;
}

export function tableName(project: string, view: string): string {
  return `"${`${project}_${view}`.replaceAll('"', '""')}"`;
}

/** So many features for each that is wanted are walked past sooner than looked up one by one. */
const walkedPast = 8;

/** The features of an entity stand beside each other in the index of the table, in the order of their bytes. */
function featureCondition(features: readonly string[], allFeatures: readonly string[]): string {
  const names = `(${features.map(quoted).join(", ")})`;
  const inOrder = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
  const [first, last] = [[...features].sort(inOrder)[0]!, [...features].sort(inOrder).at(-1)!];
  const between = allFeatures.filter((name) => inOrder(name, first) >= 0 && inOrder(name, last) <= 0);
  if (between.length > features.length * walkedPast) return `t.feature_name IN ${names}`;
  const range = `t.feature_name BETWEEN ${quoted(first)} AND ${quoted(last)}`;
  return between.length === features.length ? range : `${range} AND +t.feature_name IN ${names}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
