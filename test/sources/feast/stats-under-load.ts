import { setTimeout as pause } from "node:timers/promises";
import type { App } from "../../../src/server/assemble-app.js";

/** An endpoint that reads one feature of the recorded repositories. */
export const statsEndpoints = `
stats:
  path: /stats/{id}
  timeout: 2s
  request: { path_params: { id: { type: integer } } }
  data_sources:
    - name: stats
      type: feast
      params: { entity: { customer_id: $request.id }, features: [customer_stats:orders_7d] }
  response_mapping: { orders: $stats.orders_7d, status: $meta.stats.status }
`;
/** What it is, by customer. */
const expected: Readonly<Record<number, number | null>> = { 7: 3, 8: 0, 9: null, 404: null };

/** Who had to wait as long was forgotten: the endpoint answers after 2 s in any case, and late on a busy machine. */
export const forgottenAfterMs = 10_000;

/** Asks again and again, through the endpoint and as a feature server, until it is told to stop; answers what came. */
export function askUnderLoad(app: App) {
  const found = { right: 0, refused: new Map<number, number>(), wrong: [] as string[], slowestMs: 0 };
  let isOver = false;
  const ask = async (round: number) => {
    const id = [7, 8, 9, 404][round % 4]!;
    const startedMs = performance.now();
    const isStep = round % 2 === 0;
    const reply = isStep
      ? await app.inject(`/orchestrator/stats/${id}`)
      : await app.inject({
          method: "POST",
          url: "/orchestrator/feast/default/get-online-features",
          payload: { features: ["customer_stats:orders_7d"], entities: { customer_id: [id] } },
        });
    found.slowestMs = Math.max(found.slowestMs, performance.now() - startedMs);
    if (reply.statusCode !== 200) {
      found.refused.set(reply.statusCode, (found.refused.get(reply.statusCode) ?? 0) + 1);
      return;
    }
    const body = reply.json<{ orders: number; results: { values: unknown[] }[] }>();
    const value = isStep ? body.orders : body.results[1]!.values[0];
    if (value === expected[id]) found.right += 1;
    else found.wrong.push(`${id}: ${String(value)}`);
  };
  const running = Promise.all(
    [0, 1, 2, 3].map(async (worker) => {
      for (let round = worker; !isOver; round += 5) {
        await ask(round);
        await pause(1);
      }
    }),
  );
  return {
    found,
    async stop() {
      isOver = true;
      await running;
      return found;
    },
  };
}

export async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if (await holds()) return;
    await pause(25);
  }
  throw new Error("It never came to hold.");
}
