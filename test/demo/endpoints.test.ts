import { afterAll, beforeAll, expect, test } from "vitest";
import { runCommand } from "../cli/run-command.js";
import { openDemo, type Demo } from "./demo.js";

let demo: Demo;
beforeAll(async () => void (demo = await openDemo()));
afterAll(() => demo.close());

const get = (path: string) => demo.app.inject({ method: "GET", url: `/orchestrator${path}` });
const post = (path: string, payload: object) =>
  demo.app.inject({ method: "POST", url: `/orchestrator${path}`, payload });

test("the demo has no problem, not even a note", async () => {
  const { code, stdout } = await runCommand(demo.folder, "check");
  expect(stdout).toBe("");
  expect(code).toBe(0);
});

test("airports of a state come with their departures, the busiest first", async () => {
  const reply = await get("/airports?state=TX&limit=3");
  expect(reply.json()).toMatchObject({ count: 3, airports: [{ iata: "DFW" }, { iata: "IAH" }, {}] });
  expect((await get("/airports?limit=2")).json()).toMatchObject({ count: 2 });
});

test("an airport has its hours only when asked for", async () => {
  expect((await get("/airports/ORD")).json()).toMatchObject({
    airport: { iata: "ORD", city: "Chicago" },
    hours: null,
    busiest_hour: null,
  });
  const withHours = (await get("/airports/ORD?hours=true")).json() as {
    hours: unknown[];
    busiest_hour: number;
  };
  expect(withHours.hours).toHaveLength(24);
  expect(withHours.busiest_hour).toBeTypeOf("number");
  expect((await get("/airports/XXX?hours=true")).statusCode).toBe(404);
});

test("connections ask the traffic of each destination, in the order of the list", async () => {
  const body = (await get("/airports/ORD/connections?hour=17&limit=4")).json() as {
    destinations: { iata: string; departures_per_day: number }[];
  };
  expect(body.destinations).toHaveLength(4);
  for (const { iata, departures_per_day } of body.destinations) {
    const airport = (await get(`/airports/${iata}?hours=true`)).json() as {
      hours: { departures_per_day: number }[];
    };
    expect(departures_per_day).toBe(airport.hours[17]!.departures_per_day);
  }
});

test("connections without the traffic API are incomplete and still answered", async () => {
  const url = "/orchestrator/airports/ORD/connections?hour=17&limit=2";
  const reply = await (await demo.appWithout(["traffic"])).inject({ method: "GET", url });
  expect(reply.statusCode).toBe(200);
  expect(reply.headers["x-orchestrator-complete"]).toBe("false");
  expect(reply.json()).toMatchObject({ destinations: [{ mean_delay: null }, { mean_delay: null }] });
});

test("the busiest routes are counted together", async () => {
  const body = (await get("/flights/routes/busiest?limit=3")).json() as {
    flights: number;
    routes: { flights: number }[];
  };
  expect(body.routes).toHaveLength(3);
  expect(body.flights).toBe(body.routes.reduce((sum, route) => sum + route.flights, 0));
});

test("a note is written behind its guards and read back", async () => {
  const written = await post("/flights/1/notes", { text: "  Free coffee  " });
  expect(written.statusCode).toBe(201);
  expect(written.headers["location"]).toBe("/orchestrator/flights/1");
  expect(written.json()).toMatchObject({ id: 1, flight_id: 1, text: "Free coffee" });
  expect((await get("/flights/1")).json()).toMatchObject({
    id: 1,
    is_late: true,
    route: "Detroit – Las Vegas",
    notes: [{ text: "Free coffee" }],
  });
});

test("a note is refused on an unknown flight, when blank, and when there are too many", async () => {
  expect((await post("/flights/999999/notes", { text: "x" })).statusCode).toBe(404);
  const blank = await post("/flights/2/notes", { text: "  " });
  expect(blank.statusCode).toBe(422);
  expect(blank.json()).toMatchObject({ code: "note_blank", detail: "A note needs at least one letter." });
  for (let count = 0; count < 20; count++) await post("/flights/3/notes", { text: `note ${count}` });
  const full = await post("/flights/3/notes", { text: "one more" });
  expect(full.statusCode).toBe(409);
  expect(full.json()).toMatchObject({ code: "notes_full", detail: "This flight has 20 notes already." });
});
