// The best hand-written form: Pool.dispatch with a handler of its own, SQLite inline while the call is on its way.
import { assemble, openTraffic, path, schema, serve } from "./endpoint.mjs";
import { openDatabase } from "./queries.mjs";

const query = await openDatabase(process.argv[2]);
const pool = openTraffic();

await serve((app) => app.get(path, { schema }, outlook));

function outlook(request, reply) {
  const { params, query: asked } = request;
  const route = [params.origin, params.destination];
  let rows;
  readTraffic(params.origin, asked.hour, (error, traffic) => {
    if (rows.origin === null || rows.destination === null) return reply.code(404).send({ code: "NOT_FOUND" });
    reply.send(assemble({ ...rows, traffic: error === undefined ? traffic : null }, asked));
  });
  rows = {
    origin: query("airport", [params.origin]),
    destination: query("airport", [params.destination]),
    history: query("history", route),
    recent: query("recent", route),
    distance: query("distance", route),
  };
}

function readTraffic(airport, hour, done) {
  const target = `/airports/${encodeURIComponent(airport)}/traffic?hour=${hour}`;
  pool.dispatch({ method: "GET", path: target, headersTimeout: 800, bodyTimeout: 800 }, new Reading(done));
}

class Reading {
  status = 0;
  text = "";

  constructor(done) {
    this.done = done;
  }

  onRequestStart() {}

  onResponseStart(_controller, status) {
    this.status = status;
  }

  onResponseData(_controller, chunk) {
    this.text += chunk;
  }

  onResponseEnd() {
    if (this.status === 200) this.done(undefined, JSON.parse(this.text));
    else if (this.status === 404) this.done(undefined, null);
    else this.done(new Error(`status ${this.status}`));
  }

  onResponseError(_controller, error) {
    this.done(error);
  }
}
