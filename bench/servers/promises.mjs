// What people write well: Promise.all over queries and Pool.request, with the fallback that the endpoint has.
import { assemble, openTraffic, path, schema, serve } from "./endpoint.mjs";
import { openDatabase } from "./queries.mjs";
import { openWorker } from "./worker-pool.mjs";

const [, , project, mode] = process.argv;
const query = mode === "worker" ? openWorker(project) : await openDatabase(project);
const pool = openTraffic();

await serve((app) => app.get(path, { schema }, outlook));

async function outlook(request, reply) {
  const { params, query: asked } = request;
  const route = [params.origin, params.destination];
  const [traffic, origin, destination, history, recent, distance] = await Promise.all([
    readTraffic(params.origin, asked.hour).catch(() => null),
    query("airport", [params.origin]),
    query("airport", [params.destination]),
    query("history", route),
    query("recent", route),
    query("distance", route),
  ]);
  if (origin === null || destination === null) return reply.code(404).send({ code: "NOT_FOUND" });
  return assemble({ origin, destination, history, recent, distance, traffic }, asked);
}

async function readTraffic(airport, hour) {
  const { statusCode, body } = await pool.request({
    method: "GET",
    path: `/airports/${encodeURIComponent(airport)}/traffic?hour=${hour}`,
    headersTimeout: 800,
    bodyTimeout: 800,
  });
  if (statusCode === 200) return body.json();
  await body.dump();
  if (statusCode === 404) return null;
  throw new Error(`status ${statusCode}`);
}
