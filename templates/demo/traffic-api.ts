import { readFileSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** The stand-in for somebody else's API: traffic at airports in February 2001, from `data/traffic.json`. */
export interface TrafficApi {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts it on a port of this machine; on a free one when that port is taken. */
export async function startTrafficApi(port = 8901): Promise<TrafficApi> {
  const server = createServer((request, response) => {
    const { status, body } = answer(request.method ?? "GET", new URL(request.url ?? "/", "http://traffic"));
    send(response, status, body);
  });
  const listen = (candidate: number) =>
    new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(candidate, "127.0.0.1", resolve);
    });
  await listen(port).catch(() => listen(0));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Reply {
  readonly status: number;
  readonly body: unknown;
}

interface Traffic {
  readonly period: { readonly from: string; readonly to: string; readonly days: number };
  readonly airports: Readonly<
    Record<
      string,
      { readonly departures: readonly number[]; readonly mean_delay: readonly (number | null)[] }
    >
  >;
}

const traffic = JSON.parse(readFileSync(new URL("data/traffic.json", import.meta.url), "utf8")) as Traffic;
const airports = new Map(Object.entries(traffic.airports));

function answer(method: string, url: URL): Reply {
  const airport = /^\/airports\/([^/]+)\/traffic$/.exec(url.pathname)?.[1];
  if (airport === undefined) return refusal(404, "unknown_path", "There is nothing at this path.");
  if (method !== "GET") return refusal(405, "read_only", "This API is read only.");
  if (!airports.has(airport)) {
    return refusal(404, "unknown_airport", `No traffic is known for airport ${airport}.`);
  }
  const hour = url.searchParams.get("hour");
  if (hour === null) return { status: 200, body: wholeDay(airport) };
  if (!/^\d{1,2}$/.test(hour) || Number(hour) > 23) {
    return refusal(400, "invalid_hour", "hour must be a whole number from 0 to 23.");
  }
  return { status: 200, body: { airport, ...oneHour(airport, Number(hour)), period: traffic.period } };
}

function wholeDay(airport: string) {
  const hours = Array.from({ length: 24 }, (_, hour) => oneHour(airport, hour));
  return { airport, period: traffic.period, hours };
}

function oneHour(airport: string, hour: number) {
  const counts = airports.get(airport)!;
  const departures = counts.departures[hour]!;
  return {
    hour,
    departures,
    departures_per_day: Number((departures / traffic.period.days).toFixed(2)),
    mean_delay: counts.mean_delay[hour]!,
  };
}

function refusal(status: number, code: string, message: string): Reply {
  return { status, body: { error: { code, message } } };
}

function send(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(text),
  });
  response.end(text);
}
