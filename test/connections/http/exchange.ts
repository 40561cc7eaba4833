import { HttpClient, type HttpRequest } from "../../../src/connections/http/http-client.js";
import type { HttpReply } from "../../../src/connections/http/http-reply.js";
import type { OrchestratorError } from "../../../src/problems/orchestrator-error.js";

export const oneMegabyte = 1_048_576;

/** Sends a GET, or what `request` says, and gives the answer or the error. The client is closed afterwards. */
export async function exchange(
  origin: string,
  request: Partial<HttpRequest> = {},
  maxBytes = oneMegabyte,
): Promise<HttpReply | OrchestratorError> {
  const client = new HttpClient({ origin, connections: 4 });
  const outcome = await send(client, request, maxBytes);
  await client.close();
  return outcome;
}

export function send(
  client: HttpClient,
  request: Partial<HttpRequest> = {},
  maxBytes = oneMegabyte,
): Promise<HttpReply | OrchestratorError> {
  return new Promise((resolve) => {
    const whole = { method: "GET", path: "/", headers: [], body: null, ...request };
    client.send(whole, maxBytes, { replied: resolve, failed: resolve });
  });
}
