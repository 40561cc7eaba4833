// The endpoint's SQL, as an expert writes it: one prepared statement each, values bound by place.
export const queries = {
  airport: "SELECT iata, name, city, state, country, latitude, longitude FROM airports WHERE iata = ?",
  history: `SELECT count(*) AS flights, avg(delay) AS mean_delay, count(*) FILTER (WHERE delay >= 15) AS delayed
    FROM flights WHERE origin = ? AND destination = ?`,
  recent: `SELECT date, delay FROM flights WHERE origin = ? AND destination = ?
    ORDER BY date DESC, id DESC LIMIT 3`,
  distance: "SELECT distance FROM flights WHERE origin = ? AND destination = ? LIMIT 1",
};

/** SQLite as this Node.js has it: built in, or the package with the same interface. */
export async function openDatabase(project) {
  const { DatabaseSync } = await import("node:sqlite").catch(() => import("@photostructure/sqlite"));
  const database = new DatabaseSync(`${project}/data/flights.db`, { readOnly: true });
  const statements = Object.fromEntries(
    Object.entries(queries).map(([name, query]) => [name, database.prepare(query)]),
  );
  return (name, values) =>
    name === "recent" ? statements[name].all(...values) : (statements[name].get(...values) ?? null);
}
