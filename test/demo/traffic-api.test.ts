import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTrafficApi, type TrafficApi } from "../../templates/demo/traffic-api.js";

const file = new URL("../fixtures/flights/traffic.expected.json", import.meta.url);
const cases = JSON.parse(readFileSync(file, "utf8")) as { request: string; status: number; body: unknown }[];

let api: TrafficApi;
beforeAll(async () => void (api = await startTrafficApi(0)));
afterAll(() => api.stop());

test.each(cases)("$request is $status", async ({ request, status, body }) => {
  const reply = await fetch(api.url + request.replace("GET ", ""));
  expect(reply.status).toBe(status);
  expect(await reply.json()).toEqual(body);
});

test("without an hour there are 24", async () => {
  const reply = await fetch(`${api.url}/airports/DFW/traffic`);
  const { hours } = (await reply.json()) as { hours: { hour: number }[] };
  expect(hours.map(({ hour }) => hour)).toEqual(Array.from({ length: 24 }, (_, hour) => hour));
});

test("it is read only, and has one resource", async () => {
  expect((await fetch(`${api.url}/airports/DFW/traffic`, { method: "POST" })).status).toBe(405);
  expect((await fetch(`${api.url}/`)).status).toBe(404);
});

test("a second one takes another port when its own is taken", async () => {
  const second = await startTrafficApi(Number(new URL(api.url).port));
  expect(second.url).not.toBe(api.url);
  await second.stop();
});
