import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openDemo, type Demo } from "./demo.js";

interface Case {
  readonly request: { origin: string; destination: string; hour: number; day_of_week: number };
  readonly down: readonly string[];
  readonly status: number;
  readonly [part: string]: unknown;
}

const file = new URL("../fixtures/flights/endpoint.expected.json", import.meta.url);
const cases = JSON.parse(readFileSync(file, "utf8")) as Case[];
/** Everything but the risk, whose probability may differ in its last digits. */
const parts = ["origin", "destination", "history", "recent", "traffic", "features", "model_inputs"];

let demo: Demo;
beforeAll(async () => void (demo = await openDemo()));
afterAll(() => demo.close());

const titled = cases.map((each) => {
  const { origin, destination, hour } = each.request;
  const down = each.down.length === 0 ? "" : `, ${each.down.join(" and ")} down`;
  return { title: `${origin} to ${destination} at ${hour}${down}`, expected: each };
});

test.each(titled)("$title is as recorded", async ({ expected }) => {
  const { request, down, status } = expected;
  const app = await demo.appWithout(down);
  const reply = await app.inject({ method: "GET", url: urlOf(request) });
  expect(reply.statusCode).toBe(status);
  if (status !== 200) return expect(reply.json()).toMatchObject({ code: "NOT_FOUND", status });
  expect(reply.headers["x-orchestrator-complete"]).toBe(String(down.length === 0));
  const body = reply.json() as Record<string, unknown>;
  for (const part of parts) expect(body[part]).toEqual(expected[part]);
  const { probability, ...others } = expected["risk"] as { readonly probability: number };
  expect(body["risk"]).toEqual({ ...others, probability: expect.any(Number) as number });
  const found = (body["risk"] as { readonly probability: number }).probability;
  expect(Math.abs(found - probability)).toBeLessThan(1e-5);
});

test.each(["hour=24&day_of_week=4", "hour=17&day_of_week=8", "hour=17", "hour=x&day_of_week=4"])(
  "the query %s is refused",
  async (query) => {
    const reply = await demo.app.inject({
      method: "GET",
      url: `/orchestrator/flights/DFW/LAX/outlook?${query}`,
    });
    expect(reply.statusCode).toBe(400);
    expect(reply.json()).toMatchObject({ code: "REQUEST_INVALID" });
  },
);

function urlOf({ origin, destination, hour, day_of_week }: Case["request"]): string {
  return `/orchestrator/flights/${origin}/${destination}/outlook?hour=${hour}&day_of_week=${day_of_week}`;
}
