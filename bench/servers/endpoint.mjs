// What both hand-written servers share: the route's schema, the assembled body, and how they start and stop.
import Fastify from "fastify";
import { Pool } from "undici";

const code = { type: "string", pattern: "^[A-Za-z0-9]{3,4}$" };
export const schema = {
  params: { type: "object", properties: { origin: code, destination: code } },
  querystring: {
    type: "object",
    required: ["hour", "day_of_week"],
    properties: {
      hour: { type: "integer", minimum: 0, maximum: 23 },
      day_of_week: { type: "integer", minimum: 1, maximum: 7 },
    },
  },
};
export const path = "/orchestrator/bench/:origin/:destination/outlook";

export function openTraffic() {
  return new Pool(process.env.TRAFFIC_API_URL, { connections: 512, pipelining: 1 });
}

export function assemble({ origin, destination, history, recent, distance, traffic }, { hour, day_of_week }) {
  return {
    origin,
    destination,
    hour,
    day_of_week,
    distance: distance?.distance ?? greatCircle(origin, destination),
    history,
    recent,
    traffic,
    usual_delay: Math.round(traffic?.mean_delay ?? history.mean_delay),
  };
}

function greatCircle(from, to) {
  const radians = Math.PI / 180;
  const haversine =
    Math.sin(((to.latitude - from.latitude) * radians) / 2) ** 2 +
    Math.cos(from.latitude * radians) *
      Math.cos(to.latitude * radians) *
      Math.sin(((to.longitude - from.longitude) * radians) / 2) ** 2;
  return Math.floor(0.5 + 2 * 3958.8 * Math.asin(Math.sqrt(haversine)));
}

export async function serve(addRoute) {
  const app = Fastify({ logger: false });
  addRoute(app);
  console.log(await app.listen({ host: "127.0.0.1", port: 0 }));
  process.once("SIGTERM", () => process.exit(0));
}
